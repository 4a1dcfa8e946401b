package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** The commands that write an enrollment: {@code doni create} and {@code doni set}. */
final class EnrollCommands {

  private static final String VALUES =
      "A value is text, or with := JSON (interfaces:=[...]). NAME=@FILE reads it from a file, so"
          + " that a secret is not an argument.";

  private EnrollCommands() {}

  /** A name, and a value from an argument or a file. */
  private record Assignment(String name, @Nullable Object value) {

    /** Reads {@code name=text}, {@code name:=json} or {@code name=@file}. */
    static Assignment parse(String argument) {
      int equals = argument.indexOf('=');
      if (equals < 1) {
        throw new CommandUsageException(
            "'" + argument + "': must be NAME=VALUE, NAME:=JSON or NAME=@FILE");
      }
      String text = argument.substring(equals + 1);
      boolean json = argument.charAt(equals - 1) == ':';
      String name = argument.substring(0, json ? equals - 1 : equals);
      String value = text.startsWith("@") ? read(text.substring(1)).stripTrailing() : text;
      return new Assignment(name, json ? json(name, value).value() : value);
    }
  }

  private static JsonValue json(String name, String text) {
    try {
      return JsonValue.parse(text);
    } catch (JacksonException e) {
      throw new CommandUsageException(name + ": must be JSON");
    }
  }

  private static String read(String file) {
    try {
      return file.equals("-")
          ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new CommandFailedException(file + " cannot be read; check its path", false);
    }
  }

  /** Returns a text, or the content of the file that it names after an at sign. */
  static String content(String text) {
    return text.startsWith("@") ? read(text.substring(1)) : text;
  }

  private static int printed(
      JsonValue device, String done, CommandArguments arguments, CommandConsole console) {
    String format = arguments.choice("--output", "table", "table", "json", "yaml", "name");
    switch (format) {
      case "json" -> console.print(device.pretty());
      case "yaml" -> console.out().print(YamlText.of(device));
      case "name" -> console.print(device.path("name").line());
      default ->
          console.print(
              "%s %s (%s)".formatted(device.path("name").line(), done, device.path("uuid").line()));
    }
    for (JsonValue warning : device.path("warnings").elements()) {
      console.err().println("warning: " + warning.line());
    }
    return DoniClient.OK;
  }

  /** {@code doni create}. */
  static final class CreateCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return new CommandSpec("create", "Enrolls a device.", VALUES)
          .parameters("[NAME]", 0, 1)
          .option("-t,--type", "TYPE", "Hardware type; 'doni hardware-types' lists them.")
          .option("-p,--property", "NAME=VALUE", "A property; can be repeated.")
          .option("--label", "NAME=VALUE", "A label; can be repeated.")
          .option("-f,--file", "FILE", "The enrollment as JSON; - is standard input.")
          .option("--idempotency-key", "KEY", "A repeated request with this key enrolls once.")
          .output("table, json, yaml or name")
          .access()
          .exitCode(0, "enrolled")
          .exitCode(1, "the service refused the request or did not answer")
          .exitCode(2, "invalid arguments")
          .example("doni create edge-01 -t device.balena -p machine_name=raspberrypi4-64 \\")
          .example("  -p contact_email=owner@example.org -p application_credential_id=3f6a \\")
          .example("  -p application_credential_secret=@secret");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      Map<String, Object> enrollment = new LinkedHashMap<>();
      arguments.value("--file").ifPresent(file -> members(json("--file", read(file)), enrollment));
      arguments.positional().forEach(name -> enrollment.put("name", name));
      arguments.value("--type").ifPresent(type -> enrollment.put("hardware_type", type));
      merge(enrollment, "properties", arguments.all("--property"));
      merge(enrollment, "labels", arguments.all("--label"));
      if (!enrollment.containsKey("name") || !enrollment.containsKey("hardware_type")) {
        throw new CommandUsageException("NAME and --type, or --file, must be given");
      }
      enrollment.putIfAbsent("properties", Map.of());
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Content-Type", "application/json");
      arguments.value("--idempotency-key").ifPresent(key -> headers.put("Idempotency-Key", key));
      JsonValue device =
          console
              .client(arguments)
              .call("POST", "/v1/hardware", headers, new JsonValue(enrollment).compact());
      return printed(device, "enrolled", arguments, console);
    }

    private static void members(JsonValue object, Map<String, Object> target) {
      if (!(object.value() instanceof Map<?, ?>)) {
        throw new CommandUsageException("--file: must hold one JSON object");
      }
      for (String name : object.names()) {
        Object value = object.path(name).value();
        if (value != null) {
          target.put(name, value);
        }
      }
    }

    private static void merge(
        Map<String, Object> enrollment, String member, List<String> assignments) {
      if (assignments.isEmpty()) {
        return;
      }
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      JsonValue present = new JsonValue(enrollment.get(member));
      present.names().forEach(name -> values.put(name, present.path(name).value()));
      for (String assignment : assignments) {
        Assignment one = Assignment.parse(assignment);
        values.put(one.name(), one.value());
      }
      enrollment.put(member, values);
    }
  }

  /** {@code doni set}. */
  static final class SetCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return new CommandSpec(
              "set",
              "Changes a device: all changes or none.",
              "NAME=VALUE sets a property, NAME- removes it. A name that begins with / is a JSON"
                  + " pointer, such as /labels/site or /availability/-.",
              VALUES)
          .parameters("DEVICE CHANGE...", 1, Integer.MAX_VALUE)
          .option("--name", "NAME", "Renames the device.")
          .option("--if-match", "ETAG", "Changes the device only if it has this version.")
          .output("table, json, yaml or name")
          .access()
          .exitCode(0, "changed")
          .exitCode(1, "the service refused the request or did not answer")
          .exitCode(2, "invalid arguments")
          .example("doni set greenhouse-pi contact_email=new@example.org local_egress-")
          .example(
              "doni set greenhouse-pi '/availability/-:={\"start\": \"2031-03-03T00:00:00Z\","
                  + " \"end\": \"2031-04-01T00:00:00Z\"}'");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      String device = arguments.positional().get(0);
      List<Object> patch = new ArrayList<>();
      arguments.value("--name").ifPresent(name -> patch.add(operation("replace", "/name", name)));
      for (String change : arguments.positional().subList(1, arguments.positional().size())) {
        patch.add(operation(change));
      }
      if (patch.isEmpty()) {
        throw new CommandUsageException("missing argument: CHANGE");
      }
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Content-Type", "application/json-patch+json");
      arguments.value("--if-match").ifPresent(etag -> headers.put("If-Match", etag));
      ServiceApiClient client = console.client(arguments);
      JsonValue changed =
          client.call("PATCH", GetCommand.path(device), headers, new JsonValue(patch).compact());
      return printed(changed, "changed", arguments, console);
    }

    private static Map<String, Object> operation(String change) {
      if (change.endsWith("-") && change.indexOf('=') < 0) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("op", "remove");
        operation.put("path", pointer(change.substring(0, change.length() - 1)));
        return operation;
      }
      Assignment assignment = Assignment.parse(change);
      return operation("add", pointer(assignment.name()), assignment.value());
    }

    private static Map<String, Object> operation(String kind, String path, @Nullable Object value) {
      Map<String, @Nullable Object> operation = new LinkedHashMap<>();
      operation.put("op", kind);
      operation.put("path", path);
      operation.put("value", value);
      @SuppressWarnings("NullAway") // The value of an operation may be JSON's null.
      Map<String, Object> members = operation;
      return members;
    }

    private static String pointer(String name) {
      return name.startsWith("/")
          ? name
          : "/properties/" + name.replace("~", "~0").replace("/", "~1");
    }
  }
}

package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Each operation of {@code openapi/doni.yaml} is called by a command. */
class ApiCoverageTests {

  private static final String RUN = "3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f";

  /** A new operation needs a command line here, and if there is none, a command. */
  private static final List<String> COMMANDS =
      List.of(
          "status",
          "get",
          "get edge-01",
          "describe edge-01",
          "events",
          "events edge-01",
          "availability edge-01",
          "create edge-01 -t device.balena -p machine_name=raspberrypi4-64",
          "set edge-01 contact_email=a@example.org",
          "bake edge-01 -o -",
          "delete edge-01",
          "quarantine edge-01",
          "release edge-01",
          "quarantine -l site=north --yes",
          "release -l site=north --yes",
          "resync edge-01",
          "resync --list",
          "sync --all",
          "sync --status " + RUN,
          "sync --pause " + RUN,
          "sync --resume " + RUN,
          "sync --cancel " + RUN,
          "plan edge-01",
          "plan --all",
          "import FILE",
          "export",
          "hardware-types",
          "leftovers",
          "leftovers dismiss 17",
          "summary");

  @TempDir private Path directory;

  @Test
  void everyOperationHasACommand() throws IOException {
    Path file = Files.writeString(directory.resolve("devices.jsonl"), "{\"name\": \"a\"}\n");
    Map<String, Pattern> operations = operations();
    Set<String> missing = new TreeSet<>(operations.keySet());
    try (FakeService service = new FakeService()) {
      service.answer("{\"name\": \"edge-01\", \"workers\": []}");
      for (String command : COMMANDS) {
        FakeService.Ended ended = service.run(command.replace("FILE", file.toString()).split(" "));
        assertThat(ended.code()).as(command + ": " + ended.err()).isZero();
      }
      for (FakeService.Received request : service.received()) {
        String called = request.method() + " " + request.uri().replaceFirst("\\?.*", "");
        operations.forEach((operation, path) -> {
          if (path.matcher(called).matches()) {
            missing.remove(operation);
          }
        });
      }
    }

    assertThat(operations).hasSizeGreaterThan(20);
    assertThat(missing).isEmpty();
  }

  /** The operations by their ids, with their method and path. */
  private static Map<String, Pattern> operations() throws IOException {
    Map<String, Map<String, Map<String, Object>>> paths = paths();
    // The longest path last: it is not hidden by one with a parameter in place of a word.
    Map<String, Pattern> operations = new LinkedHashMap<>();
    paths.forEach((path, methods) ->
        methods.forEach((method, operation) ->
            operations.put(
                String.valueOf(operation.get("operationId")),
                Pattern.compile(
                    method.toUpperCase(Locale.ROOT)
                        + " "
                        + Pattern.quote(path)
                            .replaceAll("\\{ref}", "\\\\E(?!sync\\$|export\\$)[^/]+\\\\Q")
                            .replaceAll("\\{[a-z]+}", "\\\\E[^/]+\\\\Q")))));
    return new TreeMap<>(operations);
  }

  private static Map<String, Map<String, Map<String, Object>>> paths() throws IOException {
    Map<String, Map<String, Map<String, Map<String, Object>>>> document =
        new Yaml().load(Files.readString(Path.of("..", "openapi", "doni.yaml")));
    return document.getOrDefault("paths", Map.of());
  }
}

package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * {@code doni bake}: writes the {@code config.json} with which a device boots. Where there is one
 * already, as on the boot partition of an image, its other members stay, as {@code chi-edge device
 * bake} leaves them.
 */
final class BakeCommand implements ApiCommand {

  private static final String FILE = "config.json";
  private static final String UUID = "uuid";

  /** Of an image that registers itself, which a baked device must not do. */
  private static final String PROVISIONING_KEY = "apiKey";

  /** Of a device that is not registered in Balena yet, which takes some seconds. */
  private static final int CONFLICT = 409;

  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int MOST_PAUSES = 60;

  private static final String INSTALLER = "installer";

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            "bake",
            "Writes the config.json for a device's boot partition.",
            "The file holds the device's key, so only you can read it. In a folder that has a"
                + " config.json, such as the mounted boot partition of an image, the members that the"
                + " image needs stay.")
        .parameters("DEVICE", 1, 1)
        .option("-o,--output", "DIR", "Folder for config.json (default: .); - prints it.")
        .option(
            "--boot-target-device",
            "DEV",
            "Where the image installs balenaOS at its first boot, for example nvme0n1.")
        .flag("--boot-migrate-force", "Restarts into balenaOS after the installation.")
        .flag("--wait", "Waits until the device is registered, for at most two minutes.")
        .flag("--force", "Replaces the config.json of another device.")
        .access()
        .exitCode(0, "written")
        .exitCode(1, "the service refused the request, or the file cannot be written")
        .exitCode(2, "invalid arguments")
        .example("doni bake greenhouse-pi --wait")
        .example("doni bake greenhouse-pi -o /media/owner/resin-boot");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) throws InterruptedException {
    String device = arguments.positional().get(0);
    String folder = arguments.value("--output").orElse(".");
    Path file = Path.of(folder).resolve(FILE);
    boolean print = folder.equals("-");
    if (!print && !Files.isDirectory(Path.of(folder))) {
      throw new CommandFailedException(
          TerminalText.line(folder) + " is not a folder; create it, or mount the boot partition",
          false);
    }
    JsonValue baked = baked(device, arguments, console);
    JsonValue present = print ? new JsonValue(Map.of()) : present(file);
    String former = present.path(UUID).text();
    if (!former.isEmpty() && !former.equals(baked.path(UUID).text()) && !arguments.has("--force")) {
      throw new CommandFailedException(
          "%s is the one of the device %s; use another folder, or replace it with --force"
              .formatted(file, TerminalText.line(former)),
          false);
    }
    String text = merged(present, baked, arguments).pretty() + "\n";
    if (print) {
      console.out().print(text);
    } else {
      write(file, text);
      console.print(device + " baked: " + file);
    }
    return DoniClient.OK;
  }

  private static JsonValue baked(String device, CommandArguments arguments, CommandConsole console)
      throws InterruptedException {
    ServiceApiClient client = console.client(arguments);
    int pauses = arguments.has("--wait") ? MOST_PAUSES : 0;
    while (true) {
      try {
        return client.get(GetCommand.path(device) + "/" + FILE);
      } catch (CommandFailedException e) {
        if (e.status() != CONFLICT || pauses-- == 0) {
          throw e;
        }
        console.pause().await(PAUSE);
      }
    }
  }

  private static JsonValue present(Path file) {
    if (!Files.exists(file)) {
      return new JsonValue(Map.of());
    }
    try {
      JsonValue present = JsonValue.parse(Files.readString(file));
      if (present.value() instanceof Map<?, ?>) {
        return present;
      }
    } catch (IOException | JacksonException e) {
      // Reported below.
    }
    throw new CommandFailedException(
        file + " exists and is not a JSON object; remove it, or write the image again", false);
  }

  private static JsonValue merged(JsonValue present, JsonValue baked, CommandArguments arguments) {
    Map<String, @Nullable Object> members = members(present);
    members.putAll(members(baked));
    members.remove(PROVISIONING_KEY);
    Map<String, @Nullable Object> installer = members(present.path(INSTALLER));
    arguments
        .value("--boot-target-device")
        .ifPresent(target -> installer.put("boot_target_devices", target));
    if (arguments.has("--boot-migrate-force")) {
      Map<String, @Nullable Object> migrate = members(present.path(INSTALLER).path("migrate"));
      migrate.put("force", true);
      installer.put("migrate", migrate);
    }
    if (!installer.isEmpty()) {
      members.put(INSTALLER, installer);
    }
    return new JsonValue(members);
  }

  private static Map<String, @Nullable Object> members(JsonValue object) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (String name : object.names()) {
      members.put(name, object.path(name).value());
    }
    return members;
  }

  /** Replaces the file at once, so that it is never half-written, nor readable for others. */
  private static void write(Path file, String text) {
    try {
      Path written =
          Files.createTempFile(
              file.toAbsolutePath().getParent(),
              "config",
              ".tmp",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try {
        Files.writeString(written, text);
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          file + " cannot be written; choose a folder that you can write to with --output", false);
    }
  }
}

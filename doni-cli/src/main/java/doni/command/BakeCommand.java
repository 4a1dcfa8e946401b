package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import doni.command.BakeTarget.FolderTarget;
import doni.command.BakeTarget.ImageTarget;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code doni bake}: writes the {@code config.json} with which a device boots. Where there is one
 * already, as on the boot partition of an image, its other members stay, as {@code chi-edge device
 * bake} leaves them.
 */
final class BakeCommand implements ApiCommand {

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
            "--image",
            "FILE",
            "Image of balenaOS, whose boot partition gets the file. Needs mtools.")
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
        .example("doni bake greenhouse-pi -o /media/owner/resin-boot")
        .example("doni bake greenhouse-pi --image balena-raspberrypi4-64.img");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) throws InterruptedException {
    String device = arguments.positional().get(0);
    Optional<BakeTarget> target = target(arguments, console);
    JsonValue baked = baked(device, arguments, console);
    JsonValue present =
        target.map(BakeTarget::presentMembers).orElseGet(() -> new JsonValue(Map.of()));
    String former = present.path(UUID).text();
    if (target.isPresent()
        && !former.isEmpty()
        && !former.equals(baked.path(UUID).text())
        && !arguments.has("--force")) {
      throw new CommandFailedException(
          "%s is the one of the device %s; use another %s, or replace it with --force"
              .formatted(
                  target.get().name(),
                  TerminalText.line(former),
                  target.get() instanceof ImageTarget ? "image" : "folder"),
          false);
    }
    String text = merged(present, baked, arguments).pretty() + "\n";
    if (target.isEmpty()) {
      console.out().print(text);
    } else {
      target.get().write(text);
      console.print(device + " baked: " + target.get().name());
    }
    return DoniClient.OK;
  }

  /**
   * Returns where to write; empty to print. What cannot be used fails before the service is called.
   */
  private static Optional<BakeTarget> target(CommandArguments arguments, CommandConsole console) {
    Optional<String> image = arguments.value("--image");
    Optional<String> output = arguments.value("--output");
    if (image.isPresent()) {
      if (output.isPresent()) {
        throw new CommandUsageException("--image and --output cannot both be given");
      }
      FatTools tools = FatTools.find(console.environment().get("PATH"));
      Path file = Path.of(image.get());
      return Optional.of(new ImageTarget(file, BootPartitionFinder.offset(file), tools));
    }
    String folder = output.orElse(".");
    if (folder.equals("-")) {
      return Optional.empty();
    }
    if (!Files.isDirectory(Path.of(folder))) {
      throw new CommandFailedException(
          TerminalText.line(folder) + " is not a folder; create it, or mount the boot partition",
          false);
    }
    return Optional.of(new FolderTarget(Path.of(folder)));
  }

  private static JsonValue baked(String device, CommandArguments arguments, CommandConsole console)
      throws InterruptedException {
    ServiceApiClient client = console.client(arguments);
    int pauses = arguments.has("--wait") ? MOST_PAUSES : 0;
    while (true) {
      try {
        return client.get(GetCommand.path(device) + "/" + BakeTarget.FILE);
      } catch (CommandFailedException e) {
        if (e.status() != CONFLICT || pauses-- == 0) {
          throw e;
        }
        console.pause().await(PAUSE);
      }
    }
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
}

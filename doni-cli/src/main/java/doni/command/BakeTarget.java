package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/** Where {@code doni bake} writes the {@code config.json}. */
sealed interface BakeTarget {

  String FILE = "config.json";

  /** Returns the file that is there, as text; empty if there is none. */
  Optional<String> present();

  /** Replaces the file. */
  void write(String text);

  /** Names the file in a message. */
  String name();

  /** Returns the members of the file that is there. */
  default JsonValue presentMembers() {
    Optional<String> text = present();
    if (text.isEmpty()) {
      return new JsonValue(Map.of());
    }
    try {
      JsonValue present = JsonValue.parse(text.get());
      if (present.value() instanceof Map<?, ?>) {
        return present;
      }
    } catch (JacksonException e) {
      // Reported below.
    }
    throw new CommandFailedException(
        name() + " exists and is not a JSON object; remove it, or write the image again", false);
  }

  /** A folder, such as the mounted boot partition of an image. */
  record FolderTarget(Path folder) implements BakeTarget {

    private Path file() {
      return folder.resolve(FILE);
    }

    @Override
    public Optional<String> present() {
      try {
        return Files.exists(file()) ? Optional.of(Files.readString(file())) : Optional.empty();
      } catch (IOException e) {
        // Reported like a file that has no JSON object.
        return Optional.of("");
      }
    }

    /** Replaces the file at once, so that it is never half-written, nor readable for others. */
    @Override
    public void write(String text) {
      try {
        Path written =
            Files.createTempFile(
                folder.toAbsolutePath(),
                "config",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
          Files.writeString(written, text);
          Files.move(written, file(), StandardCopyOption.REPLACE_EXISTING);
        } finally {
          Files.deleteIfExists(written);
        }
      } catch (IOException e) {
        throw new CommandFailedException(
            name() + " cannot be written; choose a folder that you can write to with --output",
            false);
      }
    }

    @Override
    public String name() {
      return file().toString();
    }
  }

  /**
   * The boot partition of an image file of balenaOS. The file system is written by mtools, which
   * need neither root nor a mount.
   */
  record ImageTarget(Path image, long offset, FatTools tools) implements BakeTarget {

    @Override
    public Optional<String> present() {
      return tools.read(image, offset, FILE);
    }

    @Override
    public void write(String text) {
      tools.write(image, offset, FILE, text);
      // mcopy succeeds even if the partition is full.
      if (!present().filter(text::equals).isPresent()) {
        throw new CommandFailedException(
            name()
                + " is incomplete, because the boot partition is full or damaged; unpack the image"
                + " again, and bake it again",
            false);
      }
    }

    @Override
    public String name() {
      return FILE + " of " + image;
    }
  }
}

package doni.machinetype;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files {@code *.yaml} and {@code *.yml} of a directory, by name. Hidden ones and what lies
 * deeper is left alone: a mounted ConfigMap keeps its own there.
 */
final class MachineTypesDirectory {

  private static final int MOST_FILES = 1000;
  private static final int MOST_BYTES = 256 * 1024;

  /** What of a file shows that it may say something else. */
  record Stamp(String name, Instant modified, long size, @Nullable Object key) {}

  private final Path path;

  MachineTypesDirectory(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Cheaper than reading them. */
  List<Stamp> stamps() throws IOException {
    List<Stamp> stamps = new ArrayList<>();
    for (Path file : files()) {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      stamps.add(
          new Stamp(
              String.valueOf(file.getFileName()),
              attributes.lastModifiedTime().toInstant(),
              attributes.size(),
              attributes.fileKey()));
    }
    return stamps;
  }

  /**
   * @throws IOException when the directory itself cannot be read; a file that cannot has a finding
   */
  List<MachineTypesFile> read() throws IOException {
    List<MachineTypesFile> read = new ArrayList<>();
    for (Path file : files()) {
      read.add(read(file));
    }
    return read;
  }

  private static MachineTypesFile read(Path file) {
    String name = String.valueOf(file.getFileName());
    try (var in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      return content.length > MOST_BYTES
          ? MachineTypesFile.unusable(
              name, "", "is too large; allowed: %d bytes".formatted(MOST_BYTES))
          : MachineTypesFile.parse(name, content);
    } catch (IOException e) {
      return MachineTypesFile.unusable(
          name, "", "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(path)) {
      List<Path> files =
          all.filter(MachineTypesDirectory::counts).sorted().limit(MOST_FILES + 1L).toList();
      if (files.size() > MOST_FILES) {
        throw new IOException("more than %d files".formatted(MOST_FILES));
      }
      return files;
    }
  }

  private static boolean counts(Path file) {
    String name = String.valueOf(file.getFileName());
    return !name.startsWith(".")
        && (name.endsWith(".yaml") || name.endsWith(".yml"))
        && !Files.isDirectory(file);
  }

  static String unreadable(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "does not exist";
      case NotDirectoryException _ -> "must be a directory";
      default -> "cannot be read (" + e.getClass().getSimpleName() + ")";
    };
  }
}

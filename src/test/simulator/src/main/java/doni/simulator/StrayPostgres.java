package doni.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds the database of a service that was killed: it has no parent and lives on, but its process
 * id stands in its directory.
 */
final class StrayPostgres {

  private static final int DEPTH = 6;

  private StrayPostgres() {}

  static List<ProcessHandle> under(Path directory) {
    try (Stream<Path> files = Files.walk(directory, DEPTH)) {
      return files
          .filter(file -> file.endsWith("postmaster.pid"))
          .flatMap(StrayPostgres::firstLine)
          .filter(line -> line.matches("\\d+"))
          .flatMap(line -> ProcessHandle.of(Long.parseLong(line)).stream())
          // The file may be an old one, and its number may belong to another process.
          .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      // Its files go away while it ends.
      return List.of();
    }
  }

  private static Stream<String> firstLine(Path file) {
    try {
      return Files.readAllLines(file).stream().limit(1);
    } catch (IOException e) {
      return Stream.of();
    }
  }
}

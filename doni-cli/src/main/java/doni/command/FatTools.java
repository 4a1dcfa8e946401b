package doni.command;

import doni.client.CommandFailedException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the root folder of a FAT file system in an image file, by the programs of GNU
 * mtools.
 *
 * @param folder where the programs are
 */
record FatTools(Path folder) {

  private static final String COPY = "mcopy";
  private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

  private record Ended(int code, String out, String err) {}

  /**
   * Finds the programs.
   *
   * @param path the folders to search, as in the variable {@code PATH}; null for the usual ones
   */
  static FatTools find(@Nullable String path) {
    return Arrays.stream((path == null ? DEFAULT_PATH : path).split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .filter(folder -> Files.isExecutable(folder.resolve(COPY)))
        .findFirst()
        .map(FatTools::new)
        .orElseThrow(() ->
            new CommandFailedException(
                "--image needs mtools, which are not installed; install the package mtools, or"
                    + " mount the boot partition and name its folder with --output",
                false));
  }

  /** Returns a text file of the root folder; empty if there is none. */
  Optional<String> read(Path image, long offset, String name) {
    String file = "::/" + name;
    boolean exists =
        succeed(image, offset, "", "mdir", "-b", "::")
            .out()
            .lines()
            .anyMatch(file::equalsIgnoreCase);
    return exists ? Optional.of(succeed(image, offset, "", "mtype", file).out()) : Optional.empty();
  }

  /** Replaces a text file of the root folder. */
  void write(Path image, long offset, String name, String text) {
    var _ = succeed(image, offset, text, COPY, "-o", "-", "::/" + name);
  }

  private Ended succeed(
      Path image, long offset, String input, String program, String... arguments) {
    List<String> command =
        Stream.concat(
                Stream.of(
                    folder.resolve(program).toString(),
                    "-i",
                    image.toAbsolutePath() + "@@" + offset),
                Arrays.stream(arguments))
            .toList();
    Ended ended;
    try {
      ended = run(command, input);
    } catch (IOException e) {
      throw failure(program, image, e.getClass().getSimpleName());
    }
    if (ended.code() != 0) {
      throw failure(program, image, ended.err().lines().findFirst().orElse("no reason given"));
    }
    return ended;
  }

  private static Ended run(List<String> command, String input) throws IOException {
    ProcessBuilder start = new ProcessBuilder(command);
    // Neither the user's drives nor a check that refuses partitions with unusual geometry.
    start.environment().put("MTOOLSRC", "/dev/null");
    start.environment().put("MTOOLS_SKIP_CHECK", "1");
    start.environment().put("LC_ALL", "C");
    Path errors = Files.createTempFile("doni", ".err");
    try {
      Process process = start.redirectError(errors.toFile()).start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended before it read all of it, and says why.
      }
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), out, Files.readString(errors));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  private static CommandFailedException failure(String program, Path image, String why) {
    return new CommandFailedException(
        "%s cannot use the boot partition of %s: %s; check that you may write the file, and that"
                .formatted(program, image, why)
            + " the image is intact",
        false);
  }
}

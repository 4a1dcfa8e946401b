package doni.doctor;

import doni.database.DatabaseAddress;
import doni.worker.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.core.env.Environment;

/** Looks at the directory of the installation, at the files that hold secrets, and at the disk. */
final class FileCheck {

  private static final long ENOUGH = 1L << 30;
  private static final String HOME = "doni.home";

  /** A group may be let in on purpose. */
  private static final Set<PosixFilePermission> NOT_OF_SETTINGS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  private static final Set<PosixFilePermission> NOT_OF_KEYS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE);

  private final Environment environment;
  private final Path home;

  FileCheck(Environment environment) {
    this.environment = environment;
    this.home = Path.of(environment.getProperty(HOME, "./var")).toAbsolutePath().normalize();
  }

  List<Finding> look() throws IOException {
    List<Finding> found = new ArrayList<>();
    found.add(directory());
    found.add(disk());
    found.addAll(permissions());
    return found;
  }

  private Finding directory() {
    Path there = nearest(home);
    if (Files.isDirectory(there) && Files.isWritable(there)) {
      return new Finding.Ok(
          home + (there.equals(home) ? " can be written" : " is not there yet, and can be made"));
    }
    return DatabaseAddress.isEmbedded(environment)
        ? new Finding.Problem(
            HOME + ": " + there + " cannot be written by this user",
            "chown it to the user of the service, or set " + HOME)
        : new Finding.Ok(
            there + " cannot be written, which nothing needs to with spring.datasource.url");
  }

  private Finding disk() throws IOException {
    long free = Files.getFileStore(nearest(home)).getUsableSpace();
    String found = "%d MiB are free at %s".formatted(free >> 20, home);
    return free >= ENOUGH || !DatabaseAddress.isEmbedded(environment)
        ? new Finding.Ok(found)
        : new Finding.Problem(
            found, "make room: the embedded Postgres stops when the disk is full");
  }

  private List<Finding> permissions() throws IOException {
    List<Finding> tooOpen = new ArrayList<>();
    check(home.resolve("secrets.key"), NOT_OF_KEYS, "600", tooOpen);
    check(home.resolve("postgres"), NOT_OF_KEYS, "700", tooOpen);
    for (Path directory : List.of(Path.of(""), Path.of("config"))) {
      for (Path file : settings(directory.toAbsolutePath())) {
        check(file, NOT_OF_SETTINGS, "640", tooOpen);
      }
    }
    return tooOpen.isEmpty()
        ? List.of(new Finding.Ok("files that hold secrets are closed to others"))
        : tooOpen;
  }

  private static List<Path> settings(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(
              file -> file.getFileName().toString().matches("application.*\\.(ya?ml|properties)"))
          .sorted()
          .toList();
    }
  }

  private static void check(
      Path file, Set<PosixFilePermission> forbidden, String mode, List<Finding> tooOpen)
      throws IOException {
    if (Files.exists(file)
        && Files.getPosixFilePermissions(file).stream().anyMatch(forbidden::contains)) {
      tooOpen.add(
          new Finding.Problem(
              file + " may hold secrets, and others can read or change it",
              "chmod " + mode + " " + file));
    }
  }

  private static Path nearest(Path path) {
    Path there = path;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return there;
  }
}

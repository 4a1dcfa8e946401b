package doni.doctor;

import doni.database.ConfiguredDatabaseAddress;
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

/**
 * Checks the home directory, the permissions of files that contain secrets, and the free disk
 * space.
 */
final class HomeDirectoryCheck {

  private static final long MIN_FREE_BYTES = 1L << 30;
  private static final String HOME = "doni.home";

  private static final Set<PosixFilePermission> FORBIDDEN_FOR_SETTINGS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_WRITE);

  private static final Set<PosixFilePermission> FORBIDDEN_FOR_KEYS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE);

  private final Environment environment;
  private final Path home;

  HomeDirectoryCheck(Environment environment) {
    this.environment = environment;
    this.home = Path.of(environment.getProperty(HOME, "./var")).toAbsolutePath().normalize();
  }

  List<Finding> check() throws IOException {
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
          home + (there.equals(home) ? " is writable" : " does not exist yet and can be created"));
    }
    return ConfiguredDatabaseAddress.isEmbedded(environment)
        ? new Finding.Problem(
            HOME + ": " + there + " is not writable by this user",
            "change its owner to the service user, or set " + HOME)
        : new Finding.Ok(there + " is not writable; not needed with spring.datasource.url");
  }

  private Finding disk() throws IOException {
    long free = Files.getFileStore(nearest(home)).getUsableSpace();
    String found = "%d MiB free at %s".formatted(free >> 20, home);
    if (free >= MIN_FREE_BYTES) {
      return new Finding.Ok(found);
    }
    return ConfiguredDatabaseAddress.isEmbedded(environment)
        ? new Finding.Problem(
            found, "free disk space; the embedded Postgres stops when the disk is full")
        : new Finding.Warning(found, "free disk space");
  }

  private List<Finding> permissions() throws IOException {
    List<Finding> problems = new ArrayList<>();
    checkPermissions(home.resolve("secrets.key"), FORBIDDEN_FOR_KEYS, "600", problems);
    checkPermissions(home.resolve("postgres"), FORBIDDEN_FOR_KEYS, "700", problems);
    for (Path directory : List.of(Path.of(""), Path.of("config"))) {
      for (Path file : settings(directory.toAbsolutePath())) {
        checkPermissions(file, FORBIDDEN_FOR_SETTINGS, "640", problems);
      }
    }
    return problems.isEmpty()
        ? List.of(new Finding.Ok("files with secrets are not accessible to other users"))
        : problems;
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

  private static void checkPermissions(
      Path file, Set<PosixFilePermission> forbidden, String mode, List<Finding> problems)
      throws IOException {
    if (Files.exists(file)
        && Files.getPosixFilePermissions(file).stream().anyMatch(forbidden::contains)) {
      problems.add(
          new Finding.Problem(
              file + " may contain secrets and is accessible to other users",
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

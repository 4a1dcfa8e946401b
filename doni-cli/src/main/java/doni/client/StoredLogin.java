package doni.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;

/**
 * The result of {@code doni login}: a token in a file that only its user can read. The token is
 * used for this service only, so that another URL never receives it.
 *
 * @param url of the service
 * @param expiresAt as Keystone sent it
 */
public record StoredLogin(String url, String token, String expiresAt) {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");

  /** Masks the token. */
  @Override
  public String toString() {
    return "login at " + url + " until " + expiresAt;
  }

  /** Returns {@code $XDG_CONFIG_HOME/doni/login.json}, by default in {@code ~/.config}. */
  public static Path file(Map<String, String> environment) {
    String configuration = environment.getOrDefault("XDG_CONFIG_HOME", "");
    Path folder =
        configuration.isEmpty()
            ? Path.of(environment.getOrDefault("HOME", "."), ".config")
            : Path.of(configuration);
    return folder.resolve("doni").resolve("login.json");
  }

  /**
   * Reads the last login.
   *
   * @throws CommandFailedException if other users can read the file, or if it is not a login
   */
  static Optional<StoredLogin> read(Map<String, String> environment) {
    Path file = file(environment);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (!PRIVATE.containsAll(Files.getPosixFilePermissions(file))) {
        throw new CommandFailedException(
            file + " can be read by other users; run 'doni login' again to replace the token",
            false);
      }
      JsonValue login = JsonValue.parse(Files.readString(file));
      return Optional.of(
          new StoredLogin(
              login.path("url").text(),
              login.path("token").text(),
              login.path("expires_at").text()));
    } catch (IOException | JacksonException e) {
      throw new CommandFailedException(
          file + " cannot be read; run 'doni login' again to replace it", false);
    }
  }

  /** Writes the login in place of an earlier one. The file is never readable for others. */
  public void write(Map<String, String> environment) {
    Path file = file(environment);
    Map<String, Object> login = new LinkedHashMap<>();
    login.put("url", url);
    login.put("token", token);
    login.put("expires_at", expiresAt);
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Path written =
          Files.createTempFile(
              folder, "login", ".json", PosixFilePermissions.asFileAttribute(PRIVATE));
      Files.writeString(written, new JsonValue(login).pretty() + "\n");
      Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandFailedException(
          file + " cannot be written; set XDG_CONFIG_HOME to a folder that can be", false);
    }
  }

  /** Removes the last login; returns whether there was one. */
  public static boolean remove(Map<String, String> environment) {
    Path file = file(environment);
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new CommandFailedException(file + " cannot be removed", false);
    }
  }

  boolean isFor(URI service) {
    return url.equals(service.toString());
  }

  boolean isExpired() {
    return UtcTime.secondsUntil(expiresAt) < 0;
  }
}

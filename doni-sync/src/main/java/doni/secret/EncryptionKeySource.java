package doni.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Where the keys come from: {@code doni.secrets.keys}, key id to base64 of 32 bytes, or a file
 * under {@code doni.home}.
 *
 * <p>With the embedded database, data and key lie on the same disk anyway, so the key may be made
 * there.
 */
final class EncryptionKeySource {

  /** The id of the key that is made here. */
  public static final String LOCAL = "local";

  private static final Logger LOG = LoggerFactory.getLogger(EncryptionKeySource.class);

  private EncryptionKeySource() {}

  /** In the order in which they are configured; empty when none is. */
  public static Map<String, String> configured(Environment environment) {
    return Binder.get(environment)
        .bind("doni.secrets.keys", Bindable.mapOf(String.class, String.class))
        .orElseGet(LinkedHashMap::new);
  }

  static boolean mayBeMade(Environment environment) {
    return environment.getProperty("spring.datasource.url", "").isBlank();
  }

  /** The key of this installation, if it was made already. */
  static Optional<String> localIfThere(Environment environment) {
    Path file = file(environment);
    if (!mayBeMade(environment) || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  /**
   * The key of this installation, made now if it was not before.
   *
   * @throws InvalidConfigurationPropertyValueException where a key has to be configured, or the
   *     file cannot be read or written
   */
  public static String local(Environment environment) {
    if (!mayBeMade(environment)) {
      throw new InvalidConfigurationPropertyValueException(
          "doni.secrets.keys",
          null,
          "is required with spring.datasource.url; allowed: doni.secrets.keys.<id> = base64 of 32"
              + " random bytes (openssl rand -base64 32)");
    }
    Path file = file(environment);
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  private static void make(Path file) throws IOException {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "secrets", ".key");
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(
        fresh, Base64.getEncoder().encodeToString(key), StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(fresh, file);
    LOG.info("doni.secrets.keys is not set: created a key for this installation in {}", file);
  }

  private static Path file(Environment environment) {
    return Path.of(environment.getProperty("doni.home", "./var")).resolve("secrets.key");
  }

  private static InvalidConfigurationPropertyValueException unusable(Path file, IOException e) {
    return new InvalidConfigurationPropertyValueException(
        "doni.home",
        file.getParent(),
        "the key file in it cannot be read or written (" + e.getClass().getSimpleName() + ")",
        e);
  }
}

package doni.inventory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code doni.secrets.keys}: key id to base64 of 32 bytes; the first one encrypts, all of
 * them decrypt.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventProperties.class)
class InventoryConfiguration {

  private static final Logger log = LoggerFactory.getLogger(InventoryConfiguration.class);

  @Bean
  AesGcm secretCipher(Environment environment) {
    Map<String, String> keys =
        Binder.get(environment)
            .bind("doni.secrets.keys", Bindable.mapOf(String.class, String.class))
            .orElseGet(LinkedHashMap::new);
    if (keys.isEmpty()) {
      keys = Map.of("local", localKey(environment));
    }
    return new AesGcm(keys);
  }

  @Bean
  Sealer sealer(AesGcm cipher, HardwareTypes types, JsonMapper json) {
    return new AesSealer(cipher, types, json);
  }

  @Bean
  EventRetention eventRetention(EventLog events, EventProperties properties, Clock clock) {
    return new EventRetention(events, properties.retention(), clock);
  }

  /**
   * With the embedded database, data and key lie on the same disk anyway, so the key may be made
   * here.
   */
  private static String localKey(Environment environment) {
    if (!environment.getProperty("spring.datasource.url", "").isBlank()) {
      throw new InvalidConfigurationPropertyValueException(
          "doni.secrets.keys",
          null,
          "is required with spring.datasource.url; allowed: doni.secrets.keys.<id> = base64 of 32"
              + " random bytes (openssl rand -base64 32)");
    }
    Path file = Path.of(environment.getProperty("doni.home", "./var")).resolve("secrets.key");
    try {
      if (!Files.exists(file)) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "secrets", ".key");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
            fresh, Base64.getEncoder().encodeToString(key), StandardOpenOption.TRUNCATE_EXISTING);
        Files.move(fresh, file);
        log.info(
            "no doni.secrets.keys are configured: made a key for this installation in {}", file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new InvalidConfigurationPropertyValueException(
          "doni.home",
          file.getParent(),
          "the key file in it cannot be read or written (" + e.getClass().getSimpleName() + ")",
          e);
    }
  }
}

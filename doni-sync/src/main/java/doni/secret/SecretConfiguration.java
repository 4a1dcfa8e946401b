package doni.secret;

import doni.hardwaretype.HardwareTypes;
import java.util.Map;
import java.util.Objects;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Declares the cipher for secrets at rest, whose first key encrypts and every key decrypts. */
@Configuration(proxyBeanMethods = false)
class SecretConfiguration {

  @Bean
  AesGcmCipher secretCipher(Environment environment) {
    return new AesGcmCipher(keys(environment));
  }

  /** The cipher checks the keys. */
  @Bean
  KeyedHash requestHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni idempotency key");
  }

  /** Signs the cookies of the console; injected by its name only. */
  @Bean(defaultCandidate = false)
  KeyedHash consoleCookieHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni console cookie");
  }

  /** Signs the cookie of a login that goes on elsewhere; injected by its name only. */
  @Bean(defaultCandidate = false)
  KeyedHash consoleLoginHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni console login");
  }

  /** Of a file that a form of the console sends twice; injected by its name only. */
  @Bean(defaultCandidate = false)
  KeyedHash consoleFileHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni console file");
  }

  /** Of the URL of a webhook, which may be a secret; injected by its name only. */
  @Bean(defaultCandidate = false)
  KeyedHash webhookTargetHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni webhook target");
  }

  /** Of what a client may see of a device, for its ETag. */
  @Bean
  KeyedHash versionHash(AesGcmCipher cipher, Environment environment) {
    Objects.requireNonNull(cipher);
    return new KeyedHash(keys(environment), "doni hardware version");
  }

  private static Map<String, String> keys(Environment environment) {
    Map<String, String> keys = EncryptionKeySource.configured(environment);
    return keys.isEmpty()
        ? Map.of(EncryptionKeySource.LOCAL, EncryptionKeySource.local(environment))
        : keys;
  }

  @Bean
  SecretEncryptor secretEncryptor(AesGcmCipher cipher, HardwareTypes types, JsonMapper json) {
    return new AesSecretEncryptor(cipher, types, json);
  }
}

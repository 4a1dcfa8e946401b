package doni.secret;

import doni.hardwaretype.HardwareTypes;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Declares the cipher for secrets at rest: the first key encrypts, every key decrypts. */
@Configuration(proxyBeanMethods = false)
class SecretConfiguration {

  @Bean
  AesGcmCipher secretCipher(Environment environment) {
    Map<String, String> keys = EncryptionKeySource.configured(environment);
    return new AesGcmCipher(
        keys.isEmpty()
            ? Map.of(EncryptionKeySource.LOCAL, EncryptionKeySource.local(environment))
            : keys);
  }

  @Bean
  SecretEncryptor secretEncryptor(AesGcmCipher cipher, HardwareTypes types, JsonMapper json) {
    return new AesSecretEncryptor(cipher, types, json);
  }
}

package doni.policy;

import java.nio.file.Path;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Reads {@value #KEY} and {@value PolicyDefaults#KEY}; a strict record would have to own all of
 * {@code doni}.
 */
@Configuration(proxyBeanMethods = false)
class PolicyConfiguration {

  static final String KEY = "doni.policy-file";

  /** Without a file the defaults apply; a file that cannot be used stops the start. */
  @Bean
  AccessPolicy policy(Environment environment, @Qualifier("localClock") Clock clock) {
    String path = environment.getProperty(KEY, "");
    PolicyDefaults defaults = PolicyDefaults.of(environment);
    if (path.isBlank()) {
      return AccessPolicy.of(defaults);
    }
    try {
      ReloadingPolicyFile file = new ReloadingPolicyFile(Path.of(path), defaults.rules(), clock);
      return new AccessPolicy(file::current);
    } catch (PolicyFileException e) {
      throw new InvalidConfigurationPropertyValueException(KEY, path, e.getMessage());
    }
  }
}

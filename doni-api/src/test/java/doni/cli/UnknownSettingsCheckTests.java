package doni.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class UnknownSettingsCheckTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "doni.policy-fil",
        "doni.homes",
        "doni.secrets.keyz.a",
        "doni.workers.enable",
        "doni.workers.kubernetes.kubeconfig-file",
        "doni.api.port"
      })
  void refusesAKeyThatNothingReads(String key) {
    assertThatThrownBy(() -> check(key))
        .isInstanceOf(InvalidConfigurationPropertyValueException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(StartFailureReporter.UNKNOWN_SETTING)
        .message()
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "doni.policy-file",
        "doni.policyFile",
        "doni.hardware-types[0]",
        "doni.secrets.keys.A_1",
        "doni.workers.enabled[1]",
        "doni.workers.k8s.kubeconfig-file",
        "doni.workers.blazar.backend",
        "donitas.port",
        "server.port"
      })
  void acceptsWhatIsReadAndWhatIsNotOurs(String key) {
    assertThatCode(() -> check(key)).doesNotThrowAnyException();
  }

  /** Kubernetes sets such for a service that is named doni. */
  @Test
  void doesNotLookAtEnvironmentVariables() {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of("DONI_PORT_8001_TCP", "tcp://10.0.0.1:8001")));

    assertThatCode(() -> UnknownSettingsCheck.check(environment)).doesNotThrowAnyException();
  }

  private static void check(String key) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("file", Map.of(key, "s3cret")));
    UnknownSettingsCheck.check(environment);
  }
}

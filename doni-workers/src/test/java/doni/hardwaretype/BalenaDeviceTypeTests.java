package doni.hardwaretype;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BalenaDeviceTypeTests {

  private static List<String> violations(Map<String, Object> properties) {
    return BalenaDeviceType.create(Set.of("raspberrypi4-64")).rules().stream()
        .flatMap(rule -> rule.violations(properties).stream())
        .toList();
  }

  @Test
  void anEmptyCredentialIsRefused() {
    assertThat(
            violations(
                Map.of(
                    "application_credential_id",
                    "",
                    "application_credential_secret",
                    new Secret(""))))
        .containsExactly(
            "/properties/application_credential_id: must not be empty",
            "/properties/application_credential_secret: must not be empty");
  }

  @Test
  void aCredentialWithALineBreakIsRefusedWithoutItsValue() {
    assertThat(
            violations(
                Map.of(
                    "application_credential_id", "one\rtwo",
                    "application_credential_secret", "canary\n")))
        .containsExactly(
            "/properties/application_credential_id: must not contain a line break",
            "/properties/application_credential_secret: must not contain a line break");
  }

  @Test
  void anyOtherCredentialIsAccepted() {
    assertThat(
            violations(
                Map.of(
                    "application_credential_id",
                    "acid",
                    "application_credential_secret",
                    "a b\tü")))
        .isEmpty();
    assertThat(violations(Map.of())).isEmpty();
  }
}

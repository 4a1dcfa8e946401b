package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChangePreviewServiceTests {

  /** A plan would show whether the backend has the guessed value. */
  @Test
  void guessOfASecretIsNoPartOfThePlan() {
    HardwareRecord before = hardware(Map.of("email", "a", "password", new Secret("stored")));
    HardwareRecord after = hardware(Map.of("email", "b", "password", new Secret("guess")));

    HardwareRecord planned = ChangePreviewService.withoutGuesses(before, after, Set.of("password"));

    assertThat(planned.properties())
        .isEqualTo(Map.of("email", "b", "password", new Secret("stored")));
  }

  @Test
  void firstValueOfASecretIsPartOfThePlan() {
    HardwareRecord after = hardware(Map.of("password", new Secret("first")));

    HardwareRecord planned =
        ChangePreviewService.withoutGuesses(hardware(Map.of()), after, Set.of("password"));

    assertThat(planned.properties()).isEqualTo(after.properties());
  }

  private static HardwareRecord hardware(Map<String, Object> properties) {
    return new HardwareRecord(
        new HardwareId(new UUID(0, 1)),
        "edge-01",
        "p",
        "device.balena",
        properties,
        Generation.FIRST,
        Instant.EPOCH,
        null);
  }
}

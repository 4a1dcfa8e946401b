package doni.hardware;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.request.RequestRefusedException.Stale;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LockedHardwareTests {

  private static final Generation PRESENT = new Generation(10);

  @Test
  void acceptsThePresentGeneration() {
    assertThatCode(() -> LockedHardware.refuseIfStale(PRESENT, Set.of(new Generation(10))))
        .doesNotThrowAnyException();
    assertThatCode(() -> LockedHardware.refuseIfStale(PRESENT, null)).doesNotThrowAnyException();
  }

  @Test
  void namesTheGenerationsThatAreStale() {
    assertThatThrownBy(() -> LockedHardware.refuseIfStale(PRESENT, generations(3, 4)))
        .isInstanceOf(Stale.class)
        .hasMessage("If-Match: the hardware is at generation 10, not 3, 4");
  }

  @Test
  void saysWhyAWeakTagNeverMatches() {
    assertThatThrownBy(() -> LockedHardware.refuseIfStale(PRESENT, generations(0)))
        .isInstanceOf(Stale.class)
        .hasMessage(
            "If-Match: the hardware is at generation 10; a weak tag (W/) and a tag that is not of"
                + " this service never match");
    assertThatThrownBy(() -> LockedHardware.refuseIfStale(PRESENT, generations(3, 0)))
        .isInstanceOf(Stale.class)
        .hasMessage(
            "If-Match: the hardware is at generation 10, not 3; a weak tag (W/) and a tag that is"
                + " not of this service never match");
  }

  private static Set<Generation> generations(long... values) {
    Set<Generation> generations = new LinkedHashSet<>();
    for (long value : values) {
      generations.add(new Generation(value));
    }
    return generations;
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Checkup;
import org.junit.jupiter.api.Test;

/** What an operator is told of Blazar. */
class CheckupIT {

  @Test
  void saysHowManyDevicesAndHostsItHas() {
    try (BlazarSite site = new BlazarSite()) {
      assertThat(site.devices().checkUp())
          .containsExactly(new Checkup.Right("Blazar answers; it has 0 devices"));
      assertThat(site.hosts().checkUp())
          .containsExactly(new Checkup.Right("Blazar answers; it has 0 hosts"));
      assertThat(site.writes()).isEmpty();
    }
  }
}

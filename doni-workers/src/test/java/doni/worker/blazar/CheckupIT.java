package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import org.junit.jupiter.api.Test;

/** What an operator is told of Blazar. */
class CheckupIT {

  @Test
  void saysHowManyDevicesAndHostsItHas() {
    try (BlazarSite site = new BlazarSite()) {
      assertThat(site.devices().check())
          .containsExactly(new Finding.Ok("Blazar answers; it has 0 devices"));
      assertThat(site.hosts().check())
          .containsExactly(new Finding.Ok("Blazar answers; it has 0 hosts"));
      assertThat(site.writes()).isEmpty();
    }
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import org.junit.jupiter.api.Test;

/** The findings for an operator. */
class BlazarCheckIT {

  @Test
  void countsDevicesAndHosts() {
    try (BlazarSite site = new BlazarSite()) {
      assertThat(site.devices().check())
          .containsExactly(new Finding.Ok("Blazar answers; it has 0 devices"));
      assertThat(site.hosts().check())
          .containsExactly(new Finding.Ok("Blazar answers; it has 0 hosts"));
      assertThat(site.writes()).isEmpty();
    }
  }
}

package doni.worker.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import org.junit.jupiter.api.Test;

class TuneloCheckIT {

  @Test
  void reportsTheNumberOfChannels() {
    try (TuneloSite site = new TuneloSite()) {
      site.steady(1);

      assertThat(site.worker().check())
          .containsExactly(new Finding.Ok("Tunelo answers; the site has 1 channels"));
    }
  }

  @Test
  void namesThePortThatBreaksTheListing() {
    try (TuneloSite site = new TuneloSite()) {
      site.tunelo().oddPort(true);

      assertThat(site.worker().check())
          .containsExactly(
              new Finding.Problem(
                  "Tunelo cannot list its channels: Channel type 'other' is not supported.",
                  "find the port whose device_owner starts with 'channel:' and names another type"
                      + " (openstack port list --long), and delete or correct it"));
    }
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Fault;
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

  /** Both workers have one URL: where one of them is served, the URL is right. */
  @Test
  void namesThePluginThatIsNotEnabled() {
    try (BlazarSite site = new BlazarSite()) {
      site.blazar
          .faults()
          .add(Fault.on("GET", "/v1/os-hosts").answering(404, "{\"error_message\": \"no\"}"));

      assertThat(site.hosts().check())
          .containsExactly(
              new Finding.Problem(
                  "blazar answered 404: no (GET /os-hosts)",
                  "enable the plugin physical.host.plugin in Blazar, or remove blazar.physical_host from"
                      + " doni.workers.enabled"));
      assertThat(site.devices().check()).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  /** Its API answers all the same, with a bare 500. */
  @Test
  void namesTheManagerThatDoesNotRun() {
    try (BlazarSite site = new BlazarSite()) {
      site.blazar
          .faults()
          .add(
              Fault.on("GET", "/v1/devices")
                  .answering(500, "{\"error_message\": \"Internal Server Error\"}"));

      assertThat(site.devices().check())
          .containsExactly(
              new Finding.Problem(
                  "blazar answered 500: Internal Server Error (GET /devices)",
                  "check that blazar-manager runs, and its log"));
    }
  }
}

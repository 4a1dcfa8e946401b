package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.worker.Finding;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code doctor} reports about Balena. */
class BalenaCheckIT {

  private static final String SETTING = "doni.workers.balena.device-fleet-mapping.jetson-nano";

  private final BalenaSite site = new BalenaSite();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void aValidTokenAndAnExistingFleetAreOk() {
    assertThat(site.worker().check())
        .containsExactly(
            new Finding.Ok(site.balena().uri() + " accepts doni.workers.balena.api-token"),
            new Finding.Ok(
                "fleet 'admin/edge-rpi4' of raspberrypi4-64 exists, with id " + site.fleet()));
  }

  @Test
  void anUnknownFleetIsAProblem() {
    BalenaWorker worker =
        site.worker(site.balena().token(), Map.of("jetson-nano", "admin/nowhere"));

    assertThat(worker.check())
        .contains(
            new Finding.Problem(
                SETTING + ": fleet 'admin/nowhere' not found in Balena, or hidden from our account",
                "correct the name (organization/name), or give the account access to the fleet"));
  }

  @Test
  void anAmbiguousFleetIsAProblem() {
    site.balena().addFleet("lab", "edge-rpi4", "raspberrypi4-64");
    BalenaWorker worker = site.worker(site.balena().token(), Map.of("jetson-nano", "edge-rpi4"));

    assertThat(worker.check())
        .contains(
            new Finding.Problem(
                SETTING + ": several organizations have a fleet 'edge-rpi4'",
                "set it to organization/name"));
  }

  @Test
  void aRejectedTokenEndsTheCheckAndIsNotShown() {
    BalenaWorker worker = site.worker("hunter2", Map.of());

    assertThatThrownBy(worker::check)
        .isInstanceOf(BackendException.class)
        .hasMessage("Balena rejected the token; set doni.workers.balena.api-token");
  }
}

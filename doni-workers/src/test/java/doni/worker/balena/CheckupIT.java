package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.worker.Finding;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator is told of Balena. */
class CheckupIT {

  @Test
  void isContentWithATokenAndFleetsThatAreThere() {
    try (BalenaSite site = new BalenaSite()) {
      assertThat(site.worker().check()).hasSize(2).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  @Test
  void namesAFleetThatIsNotThere() {
    try (BalenaSite site = new BalenaSite()) {
      BalenaWorker worker =
          site.worker(site.balena().token(), Map.of("jetson-nano", "admin/nowhere"));

      assertThat(worker.check())
          .filteredOn(Finding.Problem.class::isInstance)
          .singleElement()
          .extracting(Finding::found)
          .asString()
          .startsWith("doni.workers.balena.device-fleet-mapping.jetson-nano: ");
    }
  }

  @Test
  void letsThroughThatTheTokenIsRejected() {
    try (BalenaSite site = new BalenaSite()) {
      BalenaWorker worker = site.worker("hunter2", Map.of());

      assertThatThrownBy(worker::check)
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("doni.workers.balena.api-token is rejected")
          .message()
          .doesNotContain("hunter2");
    }
  }
}

package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.worker.Checkup;
import doni.worker.RemoteException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator is told of Balena. */
class CheckupIT {

  @Test
  void isContentWithATokenAndFleetsThatAreThere() {
    try (BalenaSite site = new BalenaSite()) {
      assertThat(site.worker().checkUp()).hasSize(2).hasOnlyElementsOfType(Checkup.Right.class);
    }
  }

  @Test
  void namesAFleetThatIsNotThere() {
    try (BalenaSite site = new BalenaSite()) {
      BalenaWorker worker =
          site.worker(site.balena().token(), Map.of("jetson-nano", "admin/nowhere"));

      assertThat(worker.checkUp())
          .filteredOn(Checkup.Wrong.class::isInstance)
          .singleElement()
          .extracting(Checkup::found)
          .asString()
          .startsWith("doni.workers.balena.device-fleet-mapping.jetson-nano: ");
    }
  }

  @Test
  void letsThroughThatTheTokenIsRejected() {
    try (BalenaSite site = new BalenaSite()) {
      BalenaWorker worker = site.worker("hunter2", Map.of());

      assertThatThrownBy(worker::checkUp)
          .isInstanceOf(RemoteException.class)
          .hasMessageContaining("doni.workers.balena.api-token is rejected")
          .message()
          .doesNotContain("hunter2");
    }
  }
}

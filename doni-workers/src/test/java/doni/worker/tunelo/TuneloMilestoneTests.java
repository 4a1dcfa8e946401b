package doni.worker.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.StateDetails;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuneloMilestoneTests {

  private static final Map<String, Object> CHANNELS =
      Map.of("user", Map.of("uuid", "575e5c2c-4e3c-4b0b-9b6a-0d6c1e4f8a01"));

  @Test
  void isMissingBeforeTheFirstChannel() {
    assertThat(milestone(Map.of()).missing()).startsWith("the device has no channel");
  }

  @Test
  void isReachedWithAChannelAtAHub() {
    assertThat(milestone(Map.of("channels", CHANNELS)))
        .isEqualTo(Milestone.reached(Step.TUNNEL_UP));
  }

  @Test
  void namesAKeyThatTheDeviceHasNotSent() {
    assertThat(milestone(Map.of("channels", CHANNELS, "waiting_for", "the key (mgmt)")).missing())
        .isEqualTo("the device has not sent its WireGuard key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hub_awaited_since", "hub_lost_since"})
  void isNotUpWithoutAHub(String detail) {
    Object since = "2031-03-04T11:59:30Z";
    Object value =
        detail.equals("hub_lost_since")
            ? Map.of("575e5c2c-4e3c-4b0b-9b6a-0d6c1e4f8a01", since)
            : since;

    assertThat(milestone(Map.of("channels", CHANNELS, detail, value)).missing())
        .contains("end of the tunnel");
  }

  private static Milestone milestone(Map<String, Object> details) {
    return TuneloWorker.milestonesOf(new StateDetails(details)).getFirst();
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.StateDetails;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlazarMilestoneTests {

  @Test
  void isMissingBeforeBlazarHasTheDevice() {
    assertThat(milestone(Map.of()).missing()).isEqualTo("Blazar does not have the device yet");
  }

  @Test
  void isMissingWhileBlazarDoesNotOfferIt() {
    assertThat(milestone(Map.of("blazar_resource_id", "4", "reservable", false)).missing())
        .contains("does not offer the device");
  }

  /** An older version did not record what Blazar offers. */
  @Test
  void isReachedWithAResource() {
    assertThat(milestone(Map.of("blazar_resource_id", "4")))
        .isEqualTo(Milestone.reached(Step.RESERVABLE));
  }

  private static Milestone milestone(Map<String, Object> details) {
    return BlazarRecordedState.milestones(new StateDetails(details)).getFirst();
  }
}

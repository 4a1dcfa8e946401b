package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.StateDetails;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;

class K8sMilestoneTests {

  @Test
  void hasNotJoinedWithoutANode() {
    assertThat(milestone(Map.of("node_name", "lab-pi")).missing())
        .isEqualTo("the device has not joined the cluster");
  }

  @Test
  void isMissingAgainWhileItsNodeIsNotReady() {
    assertThat(milestone(Map.of("node_uid", "u", "ready", false)).missing())
        .contains("Node is not ready");
  }

  @Test
  void hasJoinedWithAReadyNode() {
    assertThat(milestone(Map.of("node_uid", "u", "ready", true)))
        .isEqualTo(Milestone.reached(Step.NODE_JOINED));
  }

  private static Milestone milestone(Map<String, Object> details) {
    return K8sRecordedState.milestones(new StateDetails(details)).getFirst();
  }
}

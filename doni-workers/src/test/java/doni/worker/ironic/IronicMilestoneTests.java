package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import doni.convergence.StateDetails;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IronicMilestoneTests {

  @ParameterizedTest
  @CsvSource({
    "enroll, false, false",
    "verifying, false, false",
    "manageable, true, false",
    "clean failed, true, false",
    "available, true, true",
    "active, true, true",
    "deploy failed, true, true"
  })
  void followsTheStateOfTheNode(String state, boolean verified, boolean available) {
    assertThat(IronicRecordedState.milestones(new StateDetails(Map.of("provision_state", state))))
        .extracting(Milestone::step, Milestone::isReached)
        .containsExactly(tuple(Step.VERIFIED, verified), tuple(Step.AVAILABLE, available));
  }

  @Test
  void isNeitherWithoutANode() {
    assertThat(IronicRecordedState.milestones(new StateDetails(Map.of())))
        .noneMatch(Milestone::isReached);
  }

  @Test
  void namesAFailedLoginToTheManagementController() {
    assertThat(
            IronicRecordedState.milestones(
                    new StateDetails(
                        Map.of("provision_state", "enroll", "failed_verifications", 2)))
                .getFirst()
                .missing())
        .contains("cannot log in");
  }
}

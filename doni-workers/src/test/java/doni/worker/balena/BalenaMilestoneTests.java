package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import doni.convergence.StateDetails;
import doni.enrollment.HardwareId;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import doni.worker.balena.BalenaClient.FleetListing;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalenaMilestoneTests {

  @Test
  void isNotRegisteredWithoutADeviceInBalena() {
    assertThat(BalenaRecordedState.milestones(new StateDetails(Map.of())))
        .extracting(Milestone::step, Milestone::isReached)
        .containsExactly(tuple(Step.REGISTERED, false), tuple(Step.BOOTED, false));
  }

  @Test
  void isRegisteredButNotBootedBeforeTheFirstContact() {
    assertThat(BalenaRecordedState.milestones(new StateDetails(Map.of("device_id", 7))))
        .extracting(Milestone::step, Milestone::isReached)
        .containsExactly(tuple(Step.REGISTERED, true), tuple(Step.BOOTED, false));
  }

  @Test
  void hasBootedAfterTheFirstContact() {
    assertThat(
            BalenaRecordedState.milestones(
                new StateDetails(Map.of("device_id", 7, "last_seen", "2031-03-04T11:59:30+00:00"))))
        .allMatch(Milestone::isReached);
  }

  @ParameterizedTest
  @CsvSource({"true, '', true", "false, '', false", "true, 2031-03-04T11:59:30+00:00, false"})
  void isDueAfterItsFirstContact(boolean online, String lastSeen, boolean due) {
    HardwareId id = HardwareId.random();
    String uuid = BalenaDesiredState.uuid(id);
    Map<String, Object> details = new HashMap<>(Map.of("device_id", 7, "fleet_id", 3));
    if (!lastSeen.isEmpty()) {
      details.put("last_seen", lastSeen);
    }
    FleetDevice listed =
        new FleetDevice(7, uuid, "pi", 3, "edge/pi", 1, "pi", online, null, List.of(), List.of());

    assertThat(
            BalenaRecordedState.differs(
                new RecordedDevice(id, "pi", details),
                new FleetListing(Set.of(3L), Map.of(uuid, listed))))
        .isEqualTo(due);
  }

  @Test
  void mustBeBakedAgainWithAKeyThatTheMachineDoesNotHave() {
    assertThat(
            BalenaRecordedState.milestones(
                new StateDetails(Map.of("device_id", 7, "needs_bake", "2031-03-04T11:59:30Z"))))
        .first()
        .satisfies(step -> assertThat(step.isReached()).isFalse())
        .satisfies(step -> assertThat(step.advice()).contains("config.json"));
  }
}

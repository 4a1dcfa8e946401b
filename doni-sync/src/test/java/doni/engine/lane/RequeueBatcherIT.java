package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class RequeueBatcherIT extends LaneFixture {

  @Test
  void looksAgainAtADeviceThatItsBackendNotifiesOf() {
    TestWorker worker = TestWorker.agreeing(LANE);
    started(TestReplica.rarelyPolling(), worker);
    HardwareId id = inventory.enrolled("Node-1", LANE);
    worker.nudge().requeueByName(List.of("other"));
    awaitState(id, LANE, "STEADY");

    worker.nudge().requeueByName(List.of("node-1"));

    await().until(() -> worker.attempts().size() == 2);
  }

  @Test
  void looksAtALiveAndAtADeletedDeviceOfTheSameName() {
    TestWorker worker =
        new TestWorker(LANE, _ -> new Outcome.Deferred("waits", Duration.ofHours(1), Map.of()));
    started(TestReplica.rarelyPolling(), worker);
    HardwareId deleted = inventory.enrolled("twin", LANE);
    inventory.delete(deleted);
    HardwareId live = inventory.enrolled("twin", LANE);
    worker.nudge().requeueByName(List.of("unknown"));
    await().until(() -> worker.attempts().size() == 2);
    // An attempt that is still running when the backend notifies is followed by another one.
    awaitState(live, LANE, "PENDING");
    awaitState(deleted, LANE, "PENDING");

    worker.nudge().requeueByName(List.of("twin"));

    await()
        .untilAsserted(() ->
            assertThat(worker.attempts())
                .extracting(a -> a.hardware().id())
                .hasSize(4)
                .contains(live, deleted));
  }

  @Test
  void looksAgainAtDevicesWhosePropertyHasOneOfTheValues() {
    TestWorker worker = TestWorker.agreeing(LANE);
    started(TestReplica.rarelyPolling(), worker);
    HardwareId concerned = inventory.enrolled("concerned", LANE);
    HardwareId other = inventory.enrolled("other", LANE);
    inventory.property(concerned, "machine_name", "toaster");
    inventory.property(other, "machine_name", "kettle");
    worker.nudge().requeueByName(List.of("unknown"));
    awaitState(concerned, LANE, "STEADY");
    awaitState(other, LANE, "STEADY");

    worker.nudge().requeueWhere("machine_name", List.of("toaster", "fridge"));

    await().until(() -> worker.attempts().size() == 3);
    assertThat(worker.attempts().getLast().hardware().id()).isEqualTo(concerned);
  }

  @Test
  void remembersANotificationThatComesDuringAnAttempt() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    started(TestReplica.polling(), worker);
    inventory.enrolled("busy", LANE);
    await().until(() -> worker.attempts().size() == 1);

    worker.nudge().requeueByName(List.of("busy"));
    await().during(Duration.ofMillis(100)).until(() -> worker.attempts().size() == 1);
    permits.release(2);

    await().until(() -> worker.attempts().size() == 2);
  }
}

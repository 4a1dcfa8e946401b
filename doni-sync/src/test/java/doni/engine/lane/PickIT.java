package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.LanePause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PickIT extends LaneFixture {

  @Test
  void aChangeByAPersonPassesTheBacklog() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    for (int i = 0; i < 200; i++) {
      inventory.enrolled("backlog-" + i, LANE);
    }
    HardwareId urgent = inventory.enrolled("urgent", LANE);
    inventory
        .jdbc()
        .sql(
            "update scheduled_tasks set execution_time = now() + interval '1 hour' where task_instance = ?")
        .param(urgent.toString())
        .update();
    TestReplica replica =
        started(
            TestReplica.properties(
                Duration.ofMinutes(10), Duration.ZERO, Map.of("k8s.concurrency", "4")),
            worker);
    await().until(() -> worker.attempts().size() == 4);

    change(replica, urgent);
    permits.release(8);

    await()
        .untilAsserted(() ->
            assertThat(worker.attempts())
                .hasSizeLessThan(20)
                .extracting(a -> a.hardware().id())
                .contains(urgent));
  }

  @Test
  void aProjectWithManyChangesDoesNotDelayThoseOfAnother() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica =
        started(
            TestReplica.properties(
                Duration.ofMinutes(10), Duration.ZERO, Map.of("k8s.concurrency", "4")),
            worker);
    List<HardwareId> ofAlice = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      HardwareId device = inventory.device("alice-" + i, "alice");
      ofAlice.add(device);
      replica.inTransaction(() -> replica.lanes().enroll(device, List.of(LANE)));
    }
    ofAlice.forEach(device -> change(replica, device));
    HardwareId ofBob = inventory.device("bob", "bob");

    replica.inTransaction(() -> replica.lanes().enroll(ofBob, List.of(LANE)));
    permits.release(32);

    await()
        .untilAsserted(
            () -> assertThat(worker.attempts()).extracting(a -> a.hardware().id()).contains(ofBob));
    permits.release(200);
    await()
        .untilAsserted(
            () -> assertThat(inventory.state(ofAlice.getLast(), LANE)).isEqualTo("STEADY"));
  }

  @Test
  void aWakeUpThatFindsAllSlotsTakenIsServedAsSoonAsOneGetsFree() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica =
        started(
            TestReplica.properties(
                Duration.ofMinutes(10), Duration.ZERO, Map.of("k8s.concurrency", "20")),
            worker);
    replica.inTransaction(() -> {
      for (int i = 0; i < 20; i++) {
        replica.lanes().enroll(inventory.device("slot-" + i), List.of(LANE));
      }
    });
    await().until(() -> worker.attempts().size() == 20);
    HardwareId urgent = inventory.device("urgent");

    replica.inTransaction(() -> replica.lanes().enroll(urgent, List.of(LANE)));
    permits.release(1);

    await()
        .untilAsserted(() ->
            assertThat(worker.attempts())
                .extracting(a -> a.hardware().id())
                .hasSize(21)
                .contains(urgent));
  }

  @Test
  void oneLaneDoesNotWaitForAnother() {
    Semaphore never = new Semaphore(0);
    TestReplica replica =
        started(
            TestReplica.properties(
                Duration.ofMillis(200), Duration.ZERO, Map.of("blazar.device.concurrency", "1")),
            new TestWorker("blazar.device", attempt -> waitFor(never, attempt)),
            TestWorker.agreeing(LANE));

    for (int i = 0; i < 20; i++) {
      HardwareId id = inventory.device("d-" + i);
      replica.inTransaction(() -> replica.lanes().enroll(id, List.of("blazar.device", LANE)));
      awaitState(id, LANE, "STEADY");
    }
  }

  @Test
  void keepsToItsConcurrency() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TestWorker worker =
        new TestWorker(
            LANE,
            attempt -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              takeSomeTime();
              running.decrementAndGet();
              return TestWorker.agree(attempt);
            });
    for (int i = 0; i < 300; i++) {
      inventory.enrolled("c-" + i, LANE);
    }

    started(
        TestReplica.properties(
            Duration.ofMillis(200), Duration.ofSeconds(20), Map.of("k8s.concurrency", "3")),
        worker);

    await().until(() -> worker.attempts().size() == 300);
    assertThat(most).hasValueLessThanOrEqualTo(3);
  }

  @Test
  void showsHowMuchWaits() {
    TestWorker worker = TestWorker.agreeing(LANE);
    worker.hold(new LanePause("held", null));
    inventory.enrolled("one", LANE);
    inventory.enrolled("two", LANE);

    TestReplica replica = started(TestReplica.polling(), worker);

    await()
        .untilAsserted(() ->
            assertThat(replica.meters().get("doni.lane.due").tag("worker", LANE).gauge().value())
                .isEqualTo(2));
    assertThat(replica.meters().get("doni.lane.lag.seconds").tag("worker", LANE).gauge().value())
        .isPositive();
  }
}

package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopIT extends LaneFixture {

  @Test
  void letsRunningAttemptsFinishWhenItStops() {
    CountDownLatch release = new CountDownLatch(1);
    TestWorker worker =
        new TestWorker(
            LANE,
            attempt -> {
              try {
                release.await(10, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return TestWorker.agree(attempt);
            });
    TestReplica replica = started(TestReplica.polling(), worker);
    HardwareId id = inventory.enrolled("finishing", LANE);
    await().until(() -> worker.attempts().size() == 1);

    Thread stop = Thread.ofVirtual().start(replica::stop);
    release.countDown();
    await().until(() -> !stop.isAlive());

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(worker.stopped()).isTrue();
  }

  @Test
  void handsBackWhatDoesNotFinishInTime() {
    Semaphore never = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(never, attempt));
    TestReplica replica =
        started(
            TestReplica.properties(Duration.ofMillis(200), Duration.ofMillis(300), Map.of()),
            worker);
    HardwareId id = inventory.enrolled("unfinished", LANE);
    await().until(() -> worker.attempts().size() == 1);

    replica.stop();

    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("picked", false)
        .containsEntry("due", true);
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("state", "PENDING");
  }

  @Test
  void picksNothingMoreOnceItStops() {
    TestWorker worker = TestWorker.agreeing(LANE);
    TestReplica replica = started(TestReplica.polling(), worker);

    replica.stop();
    inventory.enrolled("too-late", LANE);

    await()
        .during(Duration.ofMillis(500))
        .untilAsserted(() -> assertThat(worker.attempts()).isEmpty());
  }
}

package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.LanePause;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LanePauseIT extends LaneFixture {

  @Test
  void sleepsWhileItsWorkerHoldsItAndCostsNoAttempt() {
    TestWorker worker = TestWorker.agreeing(LANE);
    worker.hold(new LanePause("doni.workers.k8s.kubeconfig-file is missing", null));
    started(TestReplica.polling(), worker);
    HardwareId id = inventory.enrolled("held", LANE);
    await()
        .untilAsserted(() ->
            assertThat(
                    inventory
                        .jdbc()
                        .sql("select reason from lane_hold where worker_type = 'k8s'")
                        .query((row, _) -> row.getString(1))
                        .list())
                .containsExactly("doni.workers.k8s.kubeconfig-file is missing"));
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("state", "PENDING");

    worker.hold(null);

    awaitState(id, LANE, "STEADY");
    await()
        .until(() ->
            inventory.jdbc().sql("select count(*) from lane_hold").query(Long.class).single() == 0);
    assertThat(worker.attempts()).hasSize(1);
  }

  @Test
  void handsBackWhatItPickedWhenItsWorkerBeginsToHoldIt() {
    TestWorker[] self = new TestWorker[1];
    AtomicInteger attempts = new AtomicInteger();
    TestWorker worker =
        new TestWorker(
            LANE,
            attempt -> {
              attempts.incrementAndGet();
              self[0].hold(new LanePause("the circuit is open", null));
              return TestWorker.agree(attempt);
            });
    self[0] = worker;
    for (int i = 0; i < 50; i++) {
      inventory.enrolled("p-" + i, LANE);
    }

    started(
        TestReplica.properties(
            Duration.ofMillis(50), Duration.ZERO, Map.of("k8s.concurrency", "1")),
        worker);

    await()
        .during(Duration.ofMillis(700))
        .untilAsserted(() -> assertThat(attempts).hasValueLessThanOrEqualTo(1));
    assertThat(
            inventory
                .jdbc()
                .sql("select count(*) from scheduled_tasks where picked")
                .query(Long.class)
                .single())
        .isZero();
  }

  @Test
  void removesTheHoldsOfAReplicaThatDied() {
    inventory
        .jdbc()
        .sql(
            "insert into lane_hold values ('k8s', 'dead', 'x', now(), null, now() - interval '31 seconds')")
        .update();

    started(TestReplica.polling(), TestWorker.agreeing(LANE));

    await()
        .until(() ->
            inventory.jdbc().sql("select count(*) from lane_hold").query(Long.class).single() == 0);
  }
}

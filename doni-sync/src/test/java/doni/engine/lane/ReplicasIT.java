package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplicasIT extends LaneFixture {

  /** As when Postgres restarts; an attempt whose end could not be written is taken for dead. */
  @Test
  void recoversWhenAllItsConnectionsAreCutAgainAndAgain() {
    TestWorker worker = TestWorker.agreeing(LANE);
    started(TestReplica.polling(), worker);
    List<HardwareId> devices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      devices.add(inventory.enrolled("cut-" + i, LANE));
    }

    for (int round = 0; round < 10; round++) {
      devices.forEach(inventory::change);
      inventory
          .jdbc()
          .sql("update scheduled_tasks set execution_time = now() where not picked")
          .update();
      inventory
          .jdbc()
          .sql(
              "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
          .query(Boolean.class)
          .list();
    }

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() ->
            assertThat(devices)
                .allSatisfy(id ->
                    assertThat(inventory.task(id, LANE))
                        .containsEntry("state", "STEADY")
                        .containsEntry("served_generation", 11L)));
  }

  @Test
  void twoReplicasNeverWorkOnADeviceAtTheSameTime() throws InterruptedException {
    Set<HardwareId> busy = ConcurrentHashMap.newKeySet();
    AtomicInteger overlaps = new AtomicInteger();
    AtomicInteger[] made = {new AtomicInteger(), new AtomicInteger()};
    TestReplica[] both = new TestReplica[2];
    for (int i = 0; i < 2; i++) {
      AtomicInteger mine = made[i];
      both[i] =
          started(
              TestReplica.polling(),
              new TestWorker(
                  LANE,
                  attempt -> {
                    if (!busy.add(attempt.hardware().id())) {
                      overlaps.incrementAndGet();
                    }
                    takeSomeTime();
                    mine.incrementAndGet();
                    busy.remove(attempt.hardware().id());
                    return TestWorker.agree(attempt);
                  }));
    }
    List<HardwareId> devices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      devices.add(inventory.enrolled("shared-" + i, LANE));
    }

    for (int round = 0; round < 40; round++) {
      for (HardwareId id : devices) {
        change(both[round % 2], id);
      }
    }
    devices.forEach(id -> awaitState(id, LANE, "STEADY"));

    assertThat(overlaps).hasValue(0);
    assertThat(made[0].get()).isPositive();
    assertThat(made[1].get()).isPositive();
  }

  @Test
  void anotherReplicaTakesOverFromADeadOneWithinThirtySeconds() {
    Semaphore never = new Semaphore(0);
    TestWorker hanging = new TestWorker(LANE, attempt -> waitFor(never, attempt));
    TestReplica dying =
        started(TestReplica.properties(Duration.ofMillis(200), Duration.ZERO, Map.of()), hanging);
    HardwareId id = inventory.enrolled("orphaned", LANE);
    await().until(() -> hanging.attempts().size() == 1);
    TestWorker surviving = TestWorker.agreeing(LANE);
    started(TestReplica.polling(), surviving);

    dying.kill();
    long killed = System.nanoTime();

    await().atMost(Duration.ofSeconds(40)).until(() -> "STEADY".equals(inventory.state(id, LANE)));
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(30));
  }
}

package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicasIT extends LaneFixture {

  private static final Duration AHEAD = Duration.ofMinutes(2);

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

  /** The clocks of three machines are two minutes apart each. */
  @Test
  void takesOverInThirtySecondsAndNeverFromALivingReplicaWhateverTheirClocksShow() {
    EngineProperties impatient =
        TestReplica.properties(Duration.ofMillis(200), Duration.ZERO, Map.of());
    Semaphore never = new Semaphore(0);
    TestWorker[] hanging = new TestWorker[2];
    TestReplica[] dying = new TestReplica[2];
    List<HardwareId> devices = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      TestWorker worker = new TestWorker(LANE, attempt -> waitFor(never, attempt));
      hanging[i] = worker;
      dying[i] = startedAhead(i == 0 ? AHEAD : AHEAD.negated(), impatient, worker);
      // The replica before has one attempt that hangs, and room for more.
      devices.add(inventory.enrolled("orphaned-" + i, LANE));
      await().until(() -> attempts(hanging) == devices.size());
    }
    TestWorker surviving = TestWorker.agreeing(LANE);
    started(TestReplica.polling(), surviving);

    // Each replica looks twice for dead ones, every 8 s.
    await()
        .during(Duration.ofSeconds(10))
        .atMost(Duration.ofSeconds(12))
        .until(() -> surviving.attempts().isEmpty() && attempts(hanging) == devices.size());
    for (TestReplica replica : dying) {
      replica.kill();
    }
    long killed = System.nanoTime();

    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> devices.stream().allMatch(id -> inventory.state(id, LANE).equals("STEADY")));
    assertThat(Duration.ofNanos(System.nanoTime() - killed))
        .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(30));
  }

  private static int attempts(TestWorker... workers) {
    return Stream.of(workers)
        .filter(Objects::nonNull)
        .mapToInt(worker -> worker.attempts().size())
        .sum();
  }

  @ParameterizedTest
  @ValueSource(longs = {120, -120})
  void makesATaskDueWhenItIsDueWhateverTheClockShows(long ahead) {
    TestWorker worker =
        new TestWorker(
            LANE,
            attempt ->
                attempt.hardware().generation().value() == 1
                    ? new Outcome.Deferred("not yet", Duration.ofMinutes(1), Map.of())
                    : TestWorker.agree(attempt));
    TestReplica replica = startedAhead(Duration.ofSeconds(ahead), TestReplica.polling(), worker);

    HardwareId id = inventory.enrolled("punctual", LANE);

    await().until(() -> worker.attempts().size() == 1);
    await()
        .untilAsserted(() ->
            assertThat(inventory.queueRow(id, LANE))
                .extractingByKey("due_in", InstanceOfAssertFactories.DOUBLE)
                .isBetween(45.0, 75.0));
    change(replica, id);
    awaitState(id, LANE, "STEADY");
  }
}

package doni.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import doni.engine.lane.EngineProperties;
import doni.engine.lane.LaneFixture;
import doni.engine.lane.LaneQueue;
import doni.engine.lane.TestReplica;
import doni.enrollment.HardwareId;
import doni.hardware.LabelSelector;
import doni.request.RequestRefusedException.Conflict;
import doni.resync.ResyncRun.ReasonCount;
import doni.resync.ResyncRun.State;
import doni.task.TaskState;
import doni.testing.TestWorker;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResyncRunStoreIT extends LaneFixture {

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Devices whose tasks were attempted once and wait for their next look in half an hour. */
  private List<HardwareId> settled(int count, String... lanes) {
    List<HardwareId> devices =
        IntStream.range(0, count).mapToObj(i -> inventory.enrolled("d-" + i, lanes)).toList();
    settle();
    return devices;
  }

  private void settle() {
    inventory
        .jdbc()
        .sql(
            """
            update worker_task set served_generation = 1, synced_generation = 1, outcome = 'SYNCED', version = 1,
              last_attempt_at = now() - interval '1 hour', next_attempt_at = date_trunc('second', now()) + interval '30 minutes'
            """)
        .update();
    inventory
        .jdbc()
        .sql(
            "update scheduled_tasks set execution_time = date_trunc('second', now()) + interval '30"
                + " minutes'")
        .update();
  }

  private static EngineProperties slots(int concurrency) {
    return TestReplica.properties(
        Duration.ofMillis(200),
        Duration.ZERO,
        Map.of("k8s.concurrency", Integer.toString(concurrency)));
  }

  /** A replica whose lane does nothing by itself, to look at what runs leave in the queues. */
  private TestReplica idle() {
    TestReplica replica =
        new TestReplica("idle", inventory, TestReplica.polling(), TestWorker.agreeing(LANE));
    replicas.add(replica);
    return replica;
  }

  private ResyncRun start(TestReplica replica, ResyncFilter filter) {
    return replica.within(() -> replica.runs().store().start(filter, "operator"));
  }

  private static ResyncRun read(TestReplica replica, ResyncRun run) {
    return replica.runs().store().find(run.uuid()).orElseThrow();
  }

  private ResyncRun awaitOver(TestReplica replica, ResyncRun run) {
    await().atMost(PATIENCE).until(() -> read(replica, run).state().over());
    return read(replica, run);
  }

  private static ResyncFilter ofState(TaskState state) {
    return new ResyncFilter(null, null, null, state, List.of());
  }

  private long due() {
    return inventory
        .jdbc()
        .sql("select count(*) from scheduled_tasks where not picked and execution_time <= now()")
        .query(Long.class)
        .single();
  }

  private static Map<HardwareId, Integer> counted(TestWorker... workers) {
    Map<HardwareId, Integer> counts = new HashMap<>();
    for (TestWorker worker : workers) {
      worker.attempts().forEach(attempt -> counts.merge(attempt.hardware().id(), 1, Integer::sum));
    }
    return counts;
  }

  @Test
  void looksAtEveryTaskOnceWithTwoReplicas() {
    List<HardwareId> devices = settled(300, LANE);
    TestWorker one = TestWorker.agreeing(LANE);
    TestWorker two = TestWorker.agreeing(LANE);
    TestReplica first = started(slots(5), one);
    TestReplica second = started(slots(5), two);

    ResyncRun run = start(first, ResyncFilter.ALL);
    assertThat(run.state()).isEqualTo(State.RUNNING);
    assertThat(run.progress().total()).isEqualTo(300);

    ResyncRun done = awaitOver(second, run);
    assertThat(done.state()).isEqualTo(State.DONE);
    assertThat(done.progress().done()).isEqualTo(300);
    assertThat(done.progress().failed()).isZero();
    assertThat(done.requestedBy()).isEqualTo("operator");
    assertThat(counted(one, two))
        .hasSize(300)
        .containsOnlyKeys(devices)
        .allSatisfy((_, n) -> assertThat(n).isEqualTo(1));
    await().atMost(PATIENCE).until(() -> read(first, run).endedAt() != null);
  }

  @Test
  void goesOnAfterARestartAndLooksAtNothingTwice() {
    settled(60, LANE);
    Semaphore permits = new Semaphore(24);
    TestWorker before = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica killed = started(slots(4), before);
    ResyncRun run = start(killed, ResyncFilter.ALL);
    await().atMost(PATIENCE).until(() -> read(killed, run).progress().done() == 24);
    killed.stop();

    TestWorker after = TestWorker.agreeing(LANE);
    TestReplica restarted = started(slots(4), after);

    assertThat(awaitOver(restarted, run).progress().done()).isEqualTo(60);
    assertThat(after.attempts()).hasSize(36).doesNotHaveDuplicates();
  }

  @Test
  void letsPeoplePass() {
    settled(200, LANE);
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(slots(4), worker);
    start(replica, ResyncFilter.ALL);
    await().atMost(PATIENCE).until(() -> worker.attempts().size() == 4);
    HardwareId urgent = inventory.device("urgent");

    replica.inTransaction(() -> replica.lanes().enroll(urgent, List.of(LANE)));
    permits.release(8);

    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(worker.attempts())
                .hasSizeLessThan(20)
                .extracting(attempt -> attempt.hardware().id())
                .contains(urgent));
  }

  @Test
  void givesPausedTasksTheirOwnNextLookBackAndMakesThemDueAgain() {
    List<HardwareId> devices = settled(20, LANE);
    Object own = inventory.queueRow(devices.getFirst(), LANE).get("execution_time");
    TestReplica replica = idle();
    ResyncRun run = start(replica, ResyncFilter.ALL);
    assertThat(due()).isEqualTo(20);
    replica.inTransaction(() -> replica.lanes().requeue(devices.getLast()));

    ResyncRun paused = replica.within(() -> replica.runs().store().pause(run.uuid()).orElseThrow());

    assertThat(paused.state()).isEqualTo(State.PAUSED);
    assertThat(inventory.queueRow(devices.getFirst(), LANE)).containsEntry("execution_time", own);
    assertThat(due()).as("what a person asked for").isEqualTo(1);
    assertThat(inventory.queueRow(devices.getLast(), LANE)).containsEntry("due", true);
    assertThat(replica.runs().store().makeDue(run.uuid())).as("while it is paused").isEmpty();
    replica.within(() -> replica.runs().store().pause(run.uuid()).orElseThrow());

    ResyncRun resumed =
        replica.within(() -> replica.runs().store().resume(run.uuid()).orElseThrow());

    assertThat(resumed.state()).isEqualTo(State.RUNNING);
    assertThat(due()).isEqualTo(20);
    replica.within(() -> replica.runs().store().resume(run.uuid()).orElseThrow());
    started(slots(4), TestWorker.agreeing(LANE));
    assertThat(awaitOver(replica, run).progress().done()).isEqualTo(20);
  }

  @Test
  void pausesWhileAttemptsAreUnderWay() {
    settled(30, LANE);
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(slots(3), worker);
    ResyncRun run = start(replica, ResyncFilter.ALL);
    await().atMost(PATIENCE).until(() -> worker.attempts().size() == 3);

    replica.within(() -> replica.runs().store().pause(run.uuid()).orElseThrow());
    long picked =
        30
            - inventory
                .jdbc()
                .sql("select count(*) from scheduled_tasks where not picked")
                .query(Long.class)
                .single();
    permits.release(100);

    await().atMost(PATIENCE).until(() -> read(replica, run).progress().done() == picked);
    assertThat(read(replica, run).state()).isEqualTo(State.PAUSED);
    assertThat(due()).isZero();

    replica.within(() -> replica.runs().store().resume(run.uuid()).orElseThrow());
    assertThat(awaitOver(replica, run).progress().done()).isEqualTo(30);
    assertThat(worker.attempts()).hasSize(30);
  }

  @Test
  void doesNotForgetOnPauseWhatTheBackendNotifiedOf() {
    List<HardwareId> devices = settled(2, LANE);
    TestReplica replica = idle();
    new LaneQueue(inventory.jdbc(), java.time.Clock.systemUTC())
        .requeueInBackground(LANE, List.of("d-0"));
    ResyncRun run = start(replica, ResyncFilter.ALL);

    replica.within(() -> replica.runs().store().pause(run.uuid()).orElseThrow());

    assertThat(inventory.queueRow(devices.getFirst(), LANE)).containsEntry("due", true);
    assertThat(inventory.queueRow(devices.getLast(), LANE)).containsEntry("due", false);
  }

  @Test
  void cancelsWhatIsNotAttemptedYet() {
    settled(10, LANE);
    TestReplica replica = idle();
    ResyncRun run = start(replica, ResyncFilter.ALL);

    ResyncRun cancelled =
        replica.within(() -> replica.runs().store().cancel(run.uuid()).orElseThrow());

    assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
    assertThat(cancelled.progress().total()).isEqualTo(10);
    assertThat(cancelled.progress().done()).isZero();
    assertThat(cancelled.endedAt()).isNotNull();
    assertThat(due()).isZero();
    assertThat(replica.within(() -> replica.runs().store().cancel(run.uuid()).orElseThrow()))
        .isEqualTo(cancelled);
    assertThatThrownBy(() -> replica.within(() -> replica.runs().store().resume(run.uuid())))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("is CANCELLED and cannot be resumed");
    assertThatThrownBy(() -> replica.within(() -> replica.runs().store().pause(run.uuid())))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void isOverWhenAllIsDoneAndCannotBeChangedThen() {
    TestReplica replica = idle();
    ResyncRun run = start(replica, ResyncFilter.ALL);

    assertThat(run.state()).isEqualTo(State.DONE);
    assertThat(run.progress().total()).isZero();
    assertThatThrownBy(() -> replica.within(() -> replica.runs().store().cancel(run.uuid())))
        .isInstanceOf(Conflict.class);
    assertThat(replica.within(() -> replica.runs().store().pause(UUID.randomUUID()).isEmpty()))
        .isTrue();
  }

  @Test
  void countsWhatFailedByReason() {
    settled(30, LANE);
    TestWorker worker =
        new TestWorker(
            LANE,
            attempt -> {
              int number = Integer.parseInt(attempt.hardware().name().substring(2));
              if (number < 3) {
                return new Outcome.Deferred("no node", Duration.ofHours(1), Map.of());
              }
              return number < 10
                  ? new Outcome.Failed("broken (GET nodes/" + number + ")", false, null, Map.of())
                  : number < 23
                      ? new Outcome.Failed("reason " + number, false, null, Map.of())
                      : TestWorker.agree(attempt);
            });
    TestReplica replica = started(slots(4), worker);

    ResyncRun done = awaitOver(replica, start(replica, ResyncFilter.ALL));

    assertThat(done.progress().done()).isEqualTo(30);
    assertThat(done.progress().failed()).isEqualTo(20);
    assertThat(done.progress().deferred()).isEqualTo(3);
    assertThat(done.progress().failures())
        .hasSize(10)
        .first()
        .satisfies(failure -> {
          assertThat(failure.reason()).isEqualTo("broken");
          assertThat(failure.count()).isEqualTo(7);
          assertThat(failure.workerType()).isEqualTo(LANE);
          assertThat(failure.names()).hasSize(3).isSorted().doesNotHaveDuplicates();
        });
    assertThat(done.progress().waiting())
        .containsExactly(new ReasonCount("no node", 3, LANE, List.of("d-0", "d-1", "d-2")));
  }

  /** A run with a paused lane does not end: it says which lane, which devices, and why. */
  @Test
  void saysWhichLaneItWaitsForAndWhy() {
    settled(2, LANE);
    TestWorker worker = TestWorker.agreeing(LANE);
    worker.hold(new LanePause("circuit open: kubernetes", null));
    TestReplica replica = started(slots(4), worker);

    ResyncRun run = start(replica, ResyncFilter.ALL);

    ReasonCount paused =
        new ReasonCount("circuit open: kubernetes", 2, LANE, List.of("d-0", "d-1"));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(read(replica, run).progress().waiting()).containsExactly(paused));
    assertThat(replica.runs().store().list(10, null).getFirst().progress().waiting())
        .containsExactly(paused);

    worker.hold(null);
    assertThat(awaitOver(replica, run).progress().waiting()).isEmpty();
  }

  @Test
  void namesTheLastTasksOfARunAndNotThoseOfAWholeSite() {
    settled(101, LANE);
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(slots(1), worker);

    ResyncRun run = start(replica, ResyncFilter.ALL);
    await().atMost(PATIENCE).until(() -> worker.attempts().size() == 1);
    assertThat(read(replica, run).progress().waiting()).isEmpty();

    permits.release(1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(read(replica, run).progress().waiting())
                .extracting(ReasonCount::reason)
                .containsExactly("queued", "attempt running"));
    assertThat(read(replica, run).progress().waiting().stream().mapToLong(ReasonCount::count).sum())
        .isEqualTo(100);
    permits.release(100);
    assertThat(awaitOver(replica, run).progress().waiting()).isEmpty();
  }

  /** It waits for its operator. */
  @Test
  void aPausedRunNamesNoReasons() {
    settled(2, LANE);
    TestReplica replica = idle();
    ResyncRun run = start(replica, ResyncFilter.ALL);
    assertThat(read(replica, run).progress().waiting()).isNotEmpty();

    replica.within(() -> replica.runs().store().pause(run.uuid()).orElseThrow());

    assertThat(read(replica, run).progress().waiting()).isEmpty();
  }

  @Test
  void tellsHowFastItIsAndWhenItEnds() {
    settled(40, LANE);
    Semaphore permits = new Semaphore(10);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(slots(4), worker);

    ResyncRun run = start(replica, ResyncFilter.ALL);

    await().atMost(PATIENCE).until(() -> read(replica, run).progress().done() == 10);
    ResyncRun read = read(replica, run);
    await()
        .atMost(PATIENCE)
        .until(() -> replica.meters().get("doni.sync.run.tasks").gauge().value() == 30);
    assertThat(replica.meters().get("doni.sync.runs").gauge().value()).isEqualTo(1);
    assertThat(read.progress().ratePerSecond()).isPositive();
    assertThat(read.progress().estimatedEnd()).isAfter(read.createdAt());
    permits.release(100);
    assertThat(awaitOver(replica, run).progress().ratePerSecond()).isNull();
  }

  @Test
  void narrowsByEachMemberOfTheFilter() {
    List<HardwareId> devices = settled(4, LANE, "fake-worker");
    inventory
        .jdbc()
        .sql(
            "update worker_task set outcome = 'FAILED' where hardware_uuid = ? and worker_type ="
                + " 'k8s'")
        .param(devices.getFirst().value())
        .update();
    inventory
        .jdbc()
        .sql("update hardware set project_id = 'other', hardware_type = 'special' where uuid = ?")
        .param(devices.getLast().value())
        .update();
    TestReplica replica =
        new TestReplica(
            "idle",
            inventory,
            TestReplica.polling(),
            TestWorker.agreeing(LANE),
            TestWorker.agreeing("fake-worker"));
    replicas.add(replica);

    assertThat(start(replica, ResyncFilter.ALL).progress().total()).isEqualTo(8);
    assertThat(
            start(replica, new ResyncFilter(LANE, null, null, null, List.of())).progress().total())
        .isEqualTo(4);
    assertThat(
            start(replica, new ResyncFilter(null, "special", null, null, List.of()))
                .progress()
                .total())
        .isEqualTo(2);
    assertThat(
            start(replica, new ResyncFilter(null, null, "other", null, List.of()))
                .progress()
                .total())
        .isEqualTo(2);
    assertThat(start(replica, ofState(TaskState.ERROR)).progress().total()).isEqualTo(1);
    ResyncRun named =
        start(replica, new ResyncFilter(LANE, null, null, null, List.of("D-1", "d-2", "d-1")));
    assertThat(named.progress().total()).isEqualTo(2);
    assertThat(named.filter())
        .isEqualTo(Map.of("worker_type", LANE, "names", List.of("d-1", "d-2")));
    assertThat(replica.runs().store().unknown(List.of("D-1", "unknown")))
        .containsExactly("unknown");
    assertThat(replica.runs().store().list(2, null))
        .hasSize(2)
        .first()
        .isEqualTo(read(replica, named));
    assertThat(replica.runs().store().list(10, named.uuid())).hasSize(5);
    inventory
        .jdbc()
        .sql("update hardware set labels = '{\"site/rack\": \"r1\"}' where uuid = ?")
        .param(devices.getLast().value())
        .update();
    ResyncRun selected =
        start(
            replica,
            new ResyncFilter(
                LANE,
                null,
                null,
                null,
                List.of(),
                LabelSelector.parse("!retired,site/rack,site/rack in (r2,r1)")));
    assertThat(selected.progress().total()).isEqualTo(1);
    assertThat(selected.filter())
        .isEqualTo(
            Map.of("worker_type", LANE, "selector", "!retired,site/rack,site/rack in (r1,r2)"));
  }

  @Test
  void isOneRunForTwoIdenticalRequestsAtTheSameMoment() throws Exception {
    settled(50, LANE);
    TestReplica one = idle();
    TestReplica two =
        new TestReplica("idle-2", inventory, TestReplica.polling(), TestWorker.agreeing(LANE));
    replicas.add(two);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ResyncRun>> begun = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        TestReplica replica = i % 2 == 0 ? one : two;
        begun.add(threads.submit(() -> start(replica, ResyncFilter.ALL)));
      }
      List<UUID> uuids = new ArrayList<>();
      for (Future<ResyncRun> run : begun) {
        uuids.add(run.get().uuid());
      }
      assertThat(uuids).hasSize(10).containsOnly(uuids.getFirst());
    }
    assertThat(start(one, ofState(TaskState.STEADY)).uuid())
        .isNotEqualTo(start(one, ResyncFilter.ALL).uuid());
  }

  /** It may have read the backend before what the run is for. */
  @Test
  void looksAgainAtWhatWasUnderWayWhenItBegan() {
    HardwareId id = settled(1, LANE).getFirst();
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(slots(2), worker);
    change(replica, id);
    await().atMost(PATIENCE).until(() -> worker.attempts().size() == 1);

    ResyncRun run = start(replica, ResyncFilter.ALL);
    permits.release(1);
    await().atMost(PATIENCE).until(() -> worker.attempts().size() == 2);
    assertThat(worker.attempts())
        .extracting(ReconcileContext::cause)
        .last()
        .isEqualTo(ReconcileContext.Cause.SCHEDULED);
    assertThat(read(replica, run).progress().done()).isZero();

    permits.release(1);
    assertThat(awaitOver(replica, run).progress().done()).isEqualTo(1);
  }

  @Test
  void countsADeviceThatIsGoneAsDone() {
    HardwareId id = settled(1, LANE).getFirst();
    TestReplica replica = idle();
    ResyncRun run = start(replica, ResyncFilter.ALL);

    inventory.jdbc().sql("delete from hardware where uuid = ?").param(id.value()).update();

    assertThat(read(replica, run).state()).isEqualTo(State.DONE);
  }

  @Test
  void removesOldRunsThatAreOver() {
    settled(1, LANE);
    TestReplica replica = idle();
    ResyncRun running = start(replica, ResyncFilter.ALL);
    ResyncRun over = start(replica, ofState(TaskState.ERROR));
    replica.runs().store().endIfDone(over.uuid());
    replica.runs().store().endIfDone(running.uuid());
    inventory
        .jdbc()
        .sql(
            "update sync_run set created_at = created_at - interval '40 days', ended_at = ended_at"
                + " - interval '31 days'")
        .update();

    assertThat(replica.runs().store().removeOlder(Duration.ofDays(32))).isZero();
    assertThat(replica.runs().store().removeOlder(Duration.ofDays(30))).isEqualTo(1);

    assertThat(replica.runs().store().find(over.uuid())).isEmpty();
    assertThat(read(replica, running).state()).isEqualTo(State.RUNNING);
  }
}

package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PlannerIT extends LaneFixture {

  private static final List<Change> CHANGES =
      List.of(Change.create("channel"), Change.update("label colour", "red", "blue"));

  private record Planning(String type, Function<ReconcileContext, ReconcilePlan> planning)
      implements Worker {
    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      return planning.apply(attempt);
    }
  }

  private record Changing(List<Change> changes) implements ReconcilePlan {
    @Override
    public Outcome apply(WriteGate gate) {
      throw new AssertionError("a plan that is only looked at is not applied");
    }
  }

  private List<WorkerPlan> plan(HardwareId id, Worker... workers) {
    return plan(TestReplica.polling(), id, workers);
  }

  private List<WorkerPlan> plan(EngineProperties properties, HardwareId id, Worker... workers) {
    TestReplica replica = new TestReplica("planner", inventory, properties, workers);
    replicas.add(replica);
    return replica.planner().of(id);
  }

  private String everything() {
    return inventory
        .jdbc()
        .sql(
            """
            select (select string_agg(t::text, ';') from worker_task t)
              || (select string_agg(q::text, ';') from scheduled_tasks q)
              || (select count(*) from event)
              || (select string_agg(h::text, ';') from hardware h)
            """)
        .query(String.class)
        .single();
  }

  @Test
  void tellsWhatWouldBeWrittenAndWritesNothing() {
    HardwareId id = inventory.enrolled("planned", LANE, "fake-worker");
    String before = everything();

    List<WorkerPlan> plans =
        plan(
            id,
            new Planning(LANE, _ -> new Changing(CHANGES)),
            new Planning("fake-worker", _ -> new Changing(List.of())),
            new Planning("tunelo", _ -> new Changing(CHANGES)));

    assertThat(plans)
        .as("of the workers that have a task for it")
        .containsExactly(
            new WorkerPlan(LANE, CHANGES, null), new WorkerPlan("fake-worker", List.of(), null));
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void looksAsAnAttemptWould() {
    HardwareId id = inventory.enrolled("same", LANE);
    TestWorker worker = TestWorker.agreeing(LANE);
    plan(id, worker);
    inventory
        .jdbc()
        .sql("update worker_task set synced_generation = 1, served_generation = 1")
        .update();
    plan(id, worker);

    assertThat(worker.attempts())
        .extracting(ReconcileContext::cause)
        .containsExactly(ReconcileContext.Cause.REQUESTED, ReconcileContext.Cause.SCHEDULED);
    assertThat(worker.attempts())
        .allSatisfy(a -> assertThat(a.hardware().name()).isEqualTo("same"));
  }

  @Test
  void looksAtAChangeThatIsNotMadeAsAnAttemptAfterIt() {
    HardwareId id = inventory.enrolled("changing", LANE, "fake-worker");
    TestWorker worker = TestWorker.agreeing(LANE);
    TestReplica replica =
        new TestReplica(
            "planner",
            inventory,
            TestReplica.properties(
                Duration.ofMinutes(10), Duration.ZERO, Map.of("fake-worker.drift", "ignore")),
            worker,
            new Planning("fake-worker", _ -> new Changing(CHANGES)));
    replicas.add(replica);
    inventory
        .jdbc()
        .sql(
            "update worker_task set synced_generation = 1, served_generation = 1, outcome = 'SYNCED'")
        .update();
    String before = everything();

    List<WorkerPlan> plans =
        replica
            .planner()
            .of(
                id,
                stored ->
                    new Hardware(
                        stored.id(),
                        "changed",
                        stored.projectId(),
                        stored.hardwareType(),
                        stored.properties(),
                        stored.windows(),
                        stored.generation(),
                        stored.deleted()));

    assertThat(worker.attempts())
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.hardware().name()).isEqualTo("changed"))
        .satisfies(
            attempt -> assertThat(attempt.cause()).isEqualTo(ReconcileContext.Cause.REQUESTED));
    assertThat(plans)
        .as("a requested change is applied, whatever becomes of drift")
        .contains(new WorkerPlan("fake-worker", CHANGES, null));
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void leavesAloneWhatItsLaneLeavesAlone() {
    HardwareId id = inventory.enrolled("drifted", LANE, "fake-worker");
    Worker[] workers = {
      new Planning(LANE, _ -> new Changing(CHANGES)),
      new Planning("fake-worker", _ -> new Changing(CHANGES))
    };
    EngineProperties lenient =
        TestReplica.properties(
            Duration.ofMinutes(10),
            Duration.ZERO,
            Map.of(LANE + ".drift", "report", "fake-worker.drift", "ignore"));
    assertThat(plan(lenient, id, workers))
        .as("what was asked for is written whatever becomes of drift")
        .extracting(WorkerPlan::changes)
        .containsExactly(CHANGES, CHANGES);

    inventory
        .jdbc()
        .sql(
            "update worker_task set synced_generation = 1, served_generation = 1, outcome = 'SYNCED'")
        .update();

    assertThat(plan(lenient, id, workers))
        .containsExactly(
            new WorkerPlan(
                LANE,
                List.of(),
                "drift in this lane is reported and left alone; see doni.sync.lanes; differences: 2"),
            new WorkerPlan(
                "fake-worker", List.of(), "drift in this lane is ignored; see doni.sync.lanes"));
  }

  @Test
  void namesDriftThatTheWorkerLeavesAlone() {
    HardwareId id = inventory.enrolled("moved", LANE);
    Outcome moved =
        new Outcome.Synced(
            Map.of(),
            List.of(),
            Optional.of(
                new Outcome.Synced.UnrepairedDrift(
                    List.of(Change.update("fleet", "b", "a")), "device is in fleet 'b'")));

    assertThat(plan(id, new Planning(LANE, _ -> ReconcilePlan.settled(moved))))
        .containsExactly(new WorkerPlan(LANE, List.of(), "device is in fleet 'b'"));
  }

  @Test
  void saysWhyItCannotBeSaid() {
    HardwareId id =
        inventory.enrolled(
            "unknown", LANE, "tunelo", "balena", "ironic", "blazar.device", "fake-worker");
    TestWorker held = TestWorker.agreeing(LANE);
    held.hold(new LanePause("the kubeconfig is missing", null));

    List<WorkerPlan> plans =
        plan(
            id,
            held,
            new Planning(
                "tunelo",
                _ -> {
                  throw BackendException.unanswered(
                      "tunelo", BackendException.Kind.TIMEOUT, "read timed out", false, null);
                }),
            new Planning(
                "balena",
                _ -> {
                  throw BackendException.notSent("balena", "the circuit is open", null);
                }),
            new Planning(
                "ironic",
                _ -> {
                  throw new IllegalStateException("s3cret");
                }),
            new Planning(
                "blazar.device",
                _ ->
                    ReconcilePlan.settled(
                        new Outcome.Failed("the name is too long", false, null, Map.of()))),
            new Planning(
                "fake-worker",
                _ -> ReconcilePlan.settled(new Outcome.Deferred("no channel", null, Map.of()))));

    assertThat(plans)
        .extracting(WorkerPlan::reason)
        .containsExactly(
            "the kubeconfig is missing",
            "tunelo: read timed out",
            "the circuit is open",
            "internal error (IllegalStateException); see the log",
            "the name is too long",
            "no channel");
    assertThat(plans).allSatisfy(plan -> assertThat(plan.changes()).isEmpty());
  }

  @Test
  void asksWorkersSideBySideAndDoesNotWaitForOneThatHangs() {
    HardwareId id = inventory.enrolled("slow", LANE, "tunelo", "fake-worker");
    CyclicBarrier together = new CyclicBarrier(2);
    CountDownLatch never = new CountDownLatch(1);
    Function<ReconcileContext, ReconcilePlan> meeting =
        _ -> {
          try {
            together.await(1, TimeUnit.SECONDS);
            return new Changing(List.of());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        };
    long began = System.nanoTime();

    List<WorkerPlan> plans =
        plan(
            id,
            new Planning(LANE, meeting),
            new Planning(
                "fake-worker",
                _ -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return new Changing(CHANGES);
                }),
            new Planning("tunelo", meeting));

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    assertThat(plans)
        .containsExactly(
            new WorkerPlan(LANE, List.of(), null),
            new WorkerPlan("fake-worker", List.of(), "no response from its backend within 2 s"),
            new WorkerPlan("tunelo", List.of(), null));
  }

  @Test
  void saysThatAReplicaWithoutLanesDoesNotReachTheBackends() {
    HardwareId id = inventory.enrolled("elsewhere", LANE);
    EngineProperties off =
        new EngineProperties(
            false,
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofDays(30),
            Map.of());

    assertThat(plan(off, id, new Planning(LANE, _ -> new Changing(CHANGES))))
        .singleElement()
        .satisfies(plan -> {
          assertThat(plan.reason()).contains("doni.sync.enabled=false");
          assertThat(plan.changes()).isEmpty();
        });
  }
}

package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attempts in a lane in shadow. */
class ShadowIT extends ReconcilerFixture {

  private final AtomicInteger applied = new AtomicInteger();
  private final TestWorker worker =
      new TestWorker(
          LANE,
          attempt -> {
            applied.incrementAndGet();
            return TestWorker.agree(attempt);
          });

  /** A worker whose plans are given by the test. */
  private record Planning(Function<ReconcileContext, ReconcilePlan> planning) implements Worker {
    @Override
    public String type() {
      return LANE;
    }

    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      return planning.apply(attempt);
    }
  }

  @BeforeEach
  void shadow() {
    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.SHADOW);
    worker.plans();
    applied.set(0);
  }

  @Test
  void aNewDeviceIsReportedAndNotWritten() {
    HardwareId id = inventory.enrolled("new", LANE);
    worker.plans(
        Change.create("channel"), Change.create("port"), Change.update("label rack", "r1", "r2"));

    attempt(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(inventory.task(id, LANE))
        .containsEntry(
            "reason",
            "shadow: would create 2, update 1; to write, set doni.sync.lanes.k8s.drift to enforce")
        .containsEntry("attempts", 0);
    assertThat(report(id))
        .isEqualTo(
            "{\"create\": 2, \"delete\": 0, \"update\": 1, \"changes\": ["
                + "{\"action\": \"CREATE\", \"object\": \"channel\"}, "
                + "{\"action\": \"CREATE\", \"object\": \"port\"}, "
                + "{\"to\": \"r2\", \"from\": \"r1\", \"action\": \"UPDATE\", \"object\": \"label rack\"}]}");
    assertThat(inventory.events(id)).containsExactly("worker.shadow.reported");
    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isGreaterThan(2_000);
  }

  @Test
  void driftOfASteadyDeviceMakesItPending() {
    HardwareId id = inventory.enrolled("drifted", LANE);
    attempt(id);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    worker.plans(Change.update("label rack", "r1", "r2"));
    applied.set(0);

    attempt(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
  }

  @Test
  void theSameReportIsOneEvent() {
    HardwareId id = inventory.enrolled("lasting", LANE);
    worker.plans(Change.create("channel"));
    attempt(id);
    attempt(id);
    worker.plans(Change.create("channel"), Change.create("port"));

    attempt(id);

    assertThat(inventory.events(id))
        .containsExactly("worker.shadow.reported", "worker.shadow.reported");
  }

  @Test
  void aDeletedDeviceIsKeptUntilItsCleanupMayWrite() {
    HardwareId id = inventory.enrolled("deleted", LANE);
    inventory.delete(id);
    worker.plans(Change.delete("channel"));

    attempt(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.exists(id)).isTrue();
    assertThat(inventory.task(id, LANE))
        .containsEntry(
            "reason", "shadow: would delete 1; to write, set doni.sync.lanes.k8s.drift to enforce");
  }

  @Test
  void aDeviceWithoutDifferencesIsSteady() {
    HardwareId id = inventory.enrolled("equal", LANE);
    worker.plans(Change.create("channel"));
    attempt(id);
    worker.plans();

    attempt(
        id,
        new Planning(
            _ -> ReconcilePlan.settled(new Outcome.Synced(Map.of("channel", "c1"), List.of()))));

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(inventory.task(id, LANE)).containsEntry("details", "{\"channel\": \"c1\"}");
  }

  /** The plan of a worker that breaks the contract. */
  private record Unnamed(AtomicInteger backend) implements ReconcilePlan {
    @Override
    public List<Change> changes() {
      return List.of();
    }

    @Override
    public Outcome apply(WriteGate gate) {
      gate.admit(backend::incrementAndGet);
      return new Outcome.Synced(Map.of(), List.of());
    }
  }

  @Test
  void aWriteThatThePlanDoesNotNameIsRefused() {
    HardwareId id = inventory.enrolled("unnamed", LANE);
    AtomicInteger written = new AtomicInteger();

    attempt(id, new Planning(_ -> new Unnamed(written)));

    assertThat(written).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(inventory.task(id, LANE))
        .containsEntry(
            "reason", "shadow: would write; to write, set doni.sync.lanes.k8s.drift to enforce");
  }

  @Test
  void theReportHoldsWhileTheBackendIsUnavailable() {
    HardwareId id = inventory.enrolled("unavailable", LANE);
    worker.plans(Change.create("channel"));
    attempt(id);

    attempt(
        id,
        new Planning(_ -> {
          throw BackendException.notSent("balena", "circuit open: balena", Duration.ofSeconds(1));
        }));

    assertThat(report(id)).contains("channel");
  }

  @Test
  void theReportEndsWhenTheDeviceHasToWaitForSomethingElse() {
    HardwareId id = inventory.enrolled("waiting", LANE);
    worker.plans(Change.create("channel"));
    attempt(id);

    attempt(
        id,
        new Planning(
            _ -> ReconcilePlan.settled(new Outcome.Deferred("not joined", null, Map.of()))));

    assertThat(report(id)).isEqualTo("null");
    assertThat(inventory.task(id, LANE)).containsEntry("reason", "not joined");
  }

  @Test
  void driftThatItsWorkerLeavesAloneIsAnError() {
    HardwareId id = inventory.enrolled("moved", LANE);
    UnrepairedDrift moved =
        new UnrepairedDrift(List.of(Change.update("fleet", "b", "a")), "fleet: b instead of a");

    attempt(
        id,
        new Planning(_ ->
            ReconcilePlan.settled(new Outcome.Synced(Map.of(), List.of(), Optional.of(moved)))));

    assertThat(inventory.state(id, LANE)).isEqualTo("ERROR");
  }

  @Test
  void aQuarantinedDeviceIsReportedToo() {
    HardwareId id = inventory.enrolled("quarantined", LANE);
    inventory
        .jdbc()
        .sql("update hardware set quarantined_at = now() where uuid = ?")
        .param(id.value())
        .update();
    worker.plans(Change.create("channel"));

    attempt(id);

    assertThat(applied).hasValue(0);
    assertThat(report(id)).contains("channel");
  }

  @Test
  void theReportIsWrittenWhenTheLaneIsEnforcedAgain() {
    HardwareId id = inventory.enrolled("enforced", LANE);
    worker.plans(Change.create("channel"));
    attempt(id);
    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.ENFORCE);

    attempt(id);

    assertThat(applied).hasValue(1);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(report(id)).isEqualTo("null");
  }

  private void attempt(HardwareId id) {
    attempt(id, worker);
  }

  private void attempt(HardwareId id, Worker any) {
    attempt(any, inventory.claim(id, LANE, "replica"));
  }

  private String report(HardwareId id) {
    return inventory
        .jdbc()
        .sql(
            "select coalesce((state_details -> 'would_write')::text, 'null') from worker_task where"
                + " hardware_uuid = ?")
        .param(id.value())
        .query(String.class)
        .single();
  }
}

package doni.engine.attempt;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.Reconciler.RequeueDecision;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskClaim;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** A database, and a reconciler that works on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReconcilerFixture {

  static final String LANE = "k8s";

  final TestInventory inventory = new TestInventory();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  ResyncPolicy policy = new ResyncPolicy(Duration.ofHours(1), ResyncPolicy.DriftMode.ENFORCE);
  final Reconciler reconciler =
      new Reconciler(
          inventory.reader(),
          inventory.tasks(),
          inventory.lostAttempts(),
          new AttemptTelemetry(meters),
          new Random(1),
          Clock.systemUTC());

  @AfterAll
  void close() {
    inventory.close();
  }

  RequeueDecision attempt(HardwareId id, Function<ReconcileContext, Outcome> behaviour) {
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    return attempt(new TestWorker(LANE, behaviour), claim);
  }

  RequeueDecision attempt(Worker worker, TaskClaim claim) {
    return attempt(worker, claim, new InterruptGuard());
  }

  RequeueDecision attempt(Worker worker, TaskClaim claim, InterruptGuard guard) {
    return reconciler.attempt(worker, policy, claim, guard);
  }

  static Outcome.Synced synced(Map<String, ? extends @Nullable Object> details) {
    return new Outcome.Synced(new HashMap<>(details), List.of());
  }

  static Outcome.Failed failed(String message) {
    return new Outcome.Failed(message, true, null, Map.of());
  }
}

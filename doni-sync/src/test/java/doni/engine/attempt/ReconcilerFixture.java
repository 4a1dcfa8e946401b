package doni.engine.attempt;

import doni.enrollment.HardwareId;
import doni.task.TaskClaim;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
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
  ResyncPolicy routine = new ResyncPolicy(Duration.ofHours(1), ResyncPolicy.DriftMode.ENFORCE);
  final Reconciler reconciler =
      new Reconciler(inventory.tasks(), _ -> routine, new Random(1), meters, Clock.systemUTC());

  @AfterAll
  void close() {
    inventory.close();
  }

  RequeueDecision attempt(HardwareId id, Function<ReconcileContext, Outcome> behaviour) {
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    return reconciler.attempt(new TestWorker(LANE, behaviour), claim, new InterruptGuard());
  }

  static Outcome.Synced synced(Map<String, ? extends @Nullable Object> details) {
    return new Outcome.Synced(new HashMap<>(details), List.of());
  }

  static Outcome.Failed failed(String message) {
    return new Outcome.Failed(message, true, null, Map.of());
  }
}

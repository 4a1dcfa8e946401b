package doni.reconcile;

import doni.device.HardwareId;
import doni.inventory.Claim;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Attempt;
import doni.worker.Outcome;
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
  Routine routine = new Routine(Duration.ofHours(1), Routine.Drift.ENFORCE);
  final Reconciler reconciler =
      new Reconciler(inventory.tasks(), _ -> routine, new Random(1), meters, Clock.systemUTC());

  @AfterAll
  void close() {
    inventory.close();
  }

  Looked attempt(HardwareId id, Function<Attempt, Outcome> behaviour) {
    Claim claim = inventory.claim(id, LANE, "replica");
    return reconciler.attempt(new TestWorker(LANE, behaviour), claim, new Interruption());
  }

  static Outcome.Synced synced(Map<String, ? extends @Nullable Object> details) {
    return new Outcome.Synced(new HashMap<>(details), List.of());
  }

  static Outcome.Failed failed(String message) {
    return new Outcome.Failed(message, true, null, Map.of());
  }
}

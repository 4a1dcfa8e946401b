package doni.engine.attempt;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code doni.reconcile}: how long attempts take, by worker and outcome. Every outcome of a worker
 * is registered when its lane starts, so that zero shows.
 */
final class AttemptMeters {

  private record Key(String worker, String outcome) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  AttemptMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void register(String worker) {
    AttemptResult.LABELS.forEach(outcome -> timer(new Key(worker, outcome)));
  }

  void record(String worker, String outcome, Duration took) {
    timer(new Key(worker, outcome)).record(took);
  }

  private Timer timer(Key key) {
    return timers.computeIfAbsent(
        key,
        k ->
            Timer.builder("doni.reconcile")
                .description("Attempts by how they ended")
                .tag("worker", k.worker())
                .tag("outcome", k.outcome())
                .register(registry));
  }
}

package doni.engine.attempt;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code doni.reconcile}: how long attempts take, by worker and outcome. All outcomes of a worker
 * are there from its first attempt on, so that zero shows.
 */
final class AttemptMeters {

  enum Result {
    SYNCED,
    /** Drift was found and left alone. */
    DRIFTED,
    DEFERRED,
    FAILED,
    GONE,
    /** Handed back unfinished, because the replica stops. */
    INTERRUPTED,
    /** The claim was lost; another replica took over. */
    LOST
  }

  private record Key(String worker, Result result) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  AttemptMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void register(String worker) {
    for (Result result : Result.values()) {
      timer(new Key(worker, result));
    }
  }

  void record(String worker, Result result, Duration took) {
    timer(new Key(worker, result)).record(took);
  }

  private Timer timer(Key key) {
    return timers.computeIfAbsent(
        key,
        k ->
            Timer.builder("doni.reconcile")
                .description("Attempts by how they ended")
                .tag("worker", k.worker())
                .tag("outcome", k.result().name().toLowerCase(Locale.ROOT))
                .register(registry));
  }
}

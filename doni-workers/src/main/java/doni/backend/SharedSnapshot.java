package doni.backend;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a backend offers for the whole site only, read once for all devices of a sweep: however many
 * ask for it at the same time, it is loaded once, and kept for a moment.
 *
 * <p>What is remembered may be a moment old: good enough to decide that nothing is to be done.
 * Before a write, {@link #fresh} reads again.
 */
public final class SharedSnapshot<T> {

  private final Supplier<T> load;
  private final Duration lifetime;
  private final Clock clock;
  private final ReentrantLock loading = new ReentrantLock();
  private volatile @Nullable Snapshot<T> last;
  private volatile Instant changedAt = Instant.MIN;

  /**
   * @param askedAt the moment before it was asked for: what happened later may be missing in it
   */
  private record Snapshot<T>(T value, Instant askedAt) {}

  /**
   * @param load reads it from the backend; what it throws, everybody who waits for this load gets
   *     by loading in turn
   * @param lifetime how old {@link #recent} may be
   */
  public SharedSnapshot(Supplier<T> load, Duration lifetime, Clock clock) {
    this.load = load;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /** As it was at most the lifetime ago. */
  public T recent() {
    return notOlderThan(clock.instant().minus(lifetime));
  }

  /** As it is now, or was after this call began. */
  public T fresh() {
    return notOlderThan(clock.instant());
  }

  /** As it was at that moment or later. */
  public T notOlderThan(Instant moment) {
    Snapshot<T> usable = usable(moment);
    if (usable != null) {
      return usable.value();
    }
    loading.lock();
    try {
      Snapshot<T> loadedMeanwhile = usable(moment);
      if (loadedMeanwhile != null) {
        return loadedMeanwhile.value();
      }
      Instant askedAt = clock.instant();
      T value = load.get();
      last = new Snapshot<>(value, askedAt);
      return value;
    } finally {
      loading.unlock();
    }
  }

  /** Forgets it, because something in it was just changed. */
  public void forget() {
    changedAt = clock.instant();
  }

  private @Nullable Snapshot<T> usable(Instant moment) {
    Snapshot<T> snapshot = last;
    boolean usable =
        snapshot != null
            && !snapshot.askedAt().isBefore(moment)
            && !snapshot.askedAt().isBefore(changedAt);
    return usable ? snapshot : null;
  }
}

package doni.hardware;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a summary of many devices for ten times as long as it took to count: however often it is
 * asked for, it takes at most a tenth of a connection. Concurrent requests for it share one count,
 * and its failure. A summary of few devices is counted for each request.
 */
final class RecentSummaries {

  /** From so many on; counting them takes about 0.1 s. */
  static final long MANY = 10_000;

  static final Duration LONGEST = Duration.ofSeconds(30);

  private static final int SHARE = 10;
  private static final int MOST = 1_000;

  /**
   * What is counted.
   *
   * @param projectId whose devices; null for those of every project
   */
  record Question(@Nullable String projectId, HardwareListQuery query) {}

  private record Counted(HardwareSummary summary, Duration took) {

    boolean isOfMany() {
      return summary.total() >= MANY;
    }

    Duration lifetime() {
      if (!isOfMany()) {
        return Duration.ZERO;
      }
      Duration lifetime = took.multipliedBy(SHARE);
      return lifetime.compareTo(LONGEST) < 0 ? lifetime : LONGEST;
    }
  }

  private final AsyncCache<Question, Counted> counted;
  private final Ticker ticker;

  RecentSummaries(Ticker ticker) {
    this.ticker = ticker;
    this.counted =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .ticker(ticker)
            .executor(Runnable::run)
            .expireAfter(Expiry.<Question, Counted>creating((_, summary) -> summary.lifetime()))
            .buildAsync();
  }

  /** Returns a summary; what {@code count} throws is thrown, and not repeated. */
  HardwareSummary get(Question question, Supplier<HardwareSummary> count) {
    CompletableFuture<Counted> own = new CompletableFuture<>();
    CompletableFuture<Counted> others = counted.asMap().putIfAbsent(question, own);
    if (others == null) {
      // Outside of the cache, whose locks would hold up other questions.
      complete(own, count);
      return result(own).summary();
    }
    Counted shared = result(others);
    // A count that was under way may have begun before the caller's last change.
    return shared.isOfMany() ? shared.summary() : count.get();
  }

  private void complete(CompletableFuture<Counted> future, Supplier<HardwareSummary> count) {
    long began = ticker.read();
    try {
      HardwareSummary summary = count.get();
      future.complete(new Counted(summary, Duration.ofNanos(ticker.read() - began)));
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  private static Counted result(CompletableFuture<Counted> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }
}

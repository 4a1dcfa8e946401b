package doni.hardware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a summary of many devices for ten times as long as it took to count: however often it is
 * asked for, it takes at most a tenth of a connection. A summary of few devices is always counted.
 * Concurrent requests for the same summary share one count.
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

    Duration lifetime() {
      if (summary.total() < MANY) {
        return Duration.ZERO;
      }
      Duration lifetime = took.multipliedBy(SHARE);
      return lifetime.compareTo(LONGEST) < 0 ? lifetime : LONGEST;
    }
  }

  private final Cache<Question, Counted> counted;
  private final Ticker ticker;

  RecentSummaries(Ticker ticker) {
    this.ticker = ticker;
    this.counted =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .ticker(ticker)
            .expireAfter(Expiry.<Question, Counted>creating((_, summary) -> summary.lifetime()))
            .build();
  }

  /** Returns a summary; what {@code count} throws is thrown, and not repeated. */
  HardwareSummary get(Question question, Supplier<HardwareSummary> count) {
    return counted.get(question, _ -> measured(count)).summary();
  }

  private Counted measured(Supplier<HardwareSummary> count) {
    long began = ticker.read();
    HardwareSummary summary = count.get();
    return new Counted(summary, Duration.ofNanos(ticker.read() - began));
  }
}

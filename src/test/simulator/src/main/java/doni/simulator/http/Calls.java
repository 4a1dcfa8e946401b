package doni.simulator.http;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What was asked of one simulated API, and how much of it at the same time.
 *
 * <p>The newest 100,000 calls are kept; the counters and peaks count all since the last {@link
 * #clear}.
 */
public final class Calls {

  private static final int KEPT = 100_000;

  /** A request that is being served. */
  final class Running {
    private final Request request;
    private final String subject;
    private final Instant at;
    private final long started = System.nanoTime();

    private Running(Request request, String subject, Instant at) {
      this.request = request;
      this.subject = subject;
      this.at = at;
    }

    void ended(int status) {
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      end(
          subject,
          new Call(
              request.method(),
              request.path(),
              request.rawQuery(),
              status,
              at,
              took,
              request.credential()));
    }
  }

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Call> kept = new ArrayDeque<>();
  private final Map<String, Integer> running = new HashMap<>();
  private final Map<String, Integer> peaks = new HashMap<>();
  private int runningNow;
  private int peak;
  private long total;
  private long writes;

  Calls(Clock clock) {
    this.clock = clock;
  }

  /**
   * Notes that a request has arrived.
   *
   * @param subject the path of the object it is about
   */
  Running begin(Request request, String subject) {
    lock.lock();
    try {
      peak = Math.max(peak, ++runningNow);
      peaks.merge(subject, running.merge(subject, 1, Integer::sum), Math::max);
      return new Running(request, subject, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  private void end(String subject, Call call) {
    lock.lock();
    try {
      runningNow--;
      running.computeIfPresent(subject, (key, count) -> count == 1 ? null : count - 1);
      total++;
      writes += call.isWrite() ? 1 : 0;
      kept.add(call);
      if (kept.size() > KEPT) {
        kept.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The calls that have ended, in the order in which they ended. */
  public List<Call> all() {
    return locked(() -> new ArrayList<>(kept));
  }

  /** The kept calls with a method ({@code *} for all) and a pattern for their whole path. */
  public List<Call> matching(String method, String path) {
    Pattern pattern = Pattern.compile(path);
    return all().stream()
        .filter(call -> method.equals("*") || call.method().equals(method))
        .filter(call -> pattern.matcher(call.path()).matches())
        .toList();
  }

  public int count(String method, String path) {
    return matching(method, path).size();
  }

  /** How many calls have ended. */
  public long total() {
    return locked(() -> total);
  }

  /** How many of them were POST, PUT, PATCH or DELETE. */
  public long writes() {
    return locked(() -> writes);
  }

  /** The most calls that were being served at one moment. */
  public int peak() {
    return locked(() -> peak);
  }

  /** The most calls that were being served at one moment for one path, by path. */
  public Map<String, Integer> peaksByPath() {
    return locked(() -> Map.copyOf(peaks));
  }

  /** Forgets the calls, and counts from zero. Calls that are under way are still counted. */
  public void clear() {
    lock.lock();
    try {
      kept.clear();
      peaks.clear();
      peaks.putAll(running);
      peak = runningNow;
      total = 0;
      writes = 0;
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }
}

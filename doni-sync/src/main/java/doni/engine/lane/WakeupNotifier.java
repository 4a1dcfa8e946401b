package doni.engine.lane;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Makes lanes poll for due tasks: those of this replica at once, those of the others by a
 * notification, at most once in 5 ms.
 *
 * <p>It notifies outside the transaction that made the tasks due, because Postgres serializes the
 * commits of transactions that notify. A lost notification costs one poll interval and nothing
 * else.
 */
final class WakeupNotifier {

  static final String CHANNEL = "doni_wake";

  private static final Logger LOG = LoggerFactory.getLogger(WakeupNotifier.class);
  private static final Duration COLLECT = Duration.ofMillis(5);

  private final JdbcClient jdbc;
  private final Replica replica;
  private final Housekeeping housekeeping;
  private final Map<String, Runnable> lanes = new ConcurrentHashMap<>();
  private final Set<String> waiting = new TreeSet<>();

  WakeupNotifier(JdbcClient jdbc, Replica replica, Housekeeping housekeeping) {
    this.jdbc = jdbc;
    this.replica = replica;
    this.housekeeping = housekeeping;
  }

  /**
   * Registers a lane of this replica.
   *
   * @param wake makes it poll now
   */
  void register(String workerType, Runnable wake) {
    lanes.put(workerType, wake);
  }

  /** Makes the lanes of these workers poll now, here and at the other replicas. */
  void wake(Collection<String> workerTypes) {
    wakeHere(workerTypes);
    tell(workerTypes);
  }

  /** Makes the lanes of these workers poll now, as far as this replica runs them. */
  void wakeHere(Collection<String> workerTypes) {
    for (String type : workerTypes) {
      Runnable lane = lanes.get(type);
      if (lane != null) {
        lane.run();
      }
    }
  }

  /** Makes every lane of this replica poll now. */
  void wakeAllHere() {
    wakeHere(lanes.keySet());
  }

  private synchronized void tell(Collection<String> workerTypes) {
    if (workerTypes.isEmpty()) {
      return;
    }
    if (waiting.isEmpty()) {
      housekeeping.in(COLLECT, this::flush);
    }
    waiting.addAll(workerTypes);
  }

  private synchronized String take() {
    String payload = replica.name() + " " + String.join(",", waiting);
    waiting.clear();
    return payload;
  }

  private void flush() {
    String payload = take();
    try {
      // The notification need not be durable.
      jdbc.sql("select set_config('synchronous_commit', 'off', true), pg_notify(?, ?)")
          .param(CHANNEL)
          .param(payload)
          .query((row, _) -> row.getString(1))
          .list();
    } catch (RuntimeException e) {
      LOG.debug("A wake-up notification was not sent; the lanes poll", e);
    }
  }

  /** A notification as it arrives. */
  record WakeupCall(String replica, List<String> workerTypes) {
    static WakeupCall parse(String payload) {
      String[] parts = payload.split(" ", 2);
      return new WakeupCall(
          parts[0], parts.length < 2 ? List.of() : Arrays.asList(parts[1].split(",")));
    }
  }

  /** Wakes the lanes that another replica notifies of. */
  void received(String payload) {
    WakeupCall call = WakeupCall.parse(payload);
    if (!call.replica().equals(replica.name())) {
      wakeHere(call.workerTypes());
    }
  }
}

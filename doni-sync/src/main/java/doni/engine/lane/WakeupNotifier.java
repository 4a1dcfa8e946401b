package doni.engine.lane;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Notifies the other replicas which lanes have due tasks, at most once in 5 ms.
 *
 * <p>It does so outside the transaction that made them due, because Postgres serializes the commits
 * of transactions that notify. A lost notification costs one poll interval and nothing else.
 */
final class WakeupNotifier {

  static final String CHANNEL = "doni_wake";

  private static final Logger LOG = LoggerFactory.getLogger(WakeupNotifier.class);
  private static final Duration COLLECT = Duration.ofMillis(5);

  /** A notification as it arrives. */
  record Call(String replica, List<String> workerTypes) {
    static Call parse(String payload) {
      String[] parts = payload.split(" ", 2);
      return new Call(parts[0], parts.length < 2 ? List.of() : Arrays.asList(parts[1].split(",")));
    }
  }

  private final JdbcClient jdbc;
  private final Replica replica;
  private final Housekeeping housekeeping;
  private final Set<String> waiting = new TreeSet<>();

  WakeupNotifier(JdbcClient jdbc, Replica replica, Housekeeping housekeeping) {
    this.jdbc = jdbc;
    this.replica = replica;
    this.housekeeping = housekeeping;
  }

  synchronized void tell(Collection<String> workerTypes) {
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

  /** Returns a receiver that passes on the notifications of other replicas. */
  Consumer<String> receiver(Consumer<Collection<String>> wake) {
    return payload -> {
      Call call = Call.parse(payload);
      if (!call.replica().equals(replica.name())) {
        wake.accept(call.workerTypes());
      }
    };
  }
}

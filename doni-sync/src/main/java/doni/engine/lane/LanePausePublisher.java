package doni.engine.lane;

import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Publishes the pauses of all lanes, four times a second, where the API of every replica reads them
 * ({@code lane_hold}).
 *
 * <p>A row is repeated every 10 s; one that has not been for 30 s belongs to a replica that died,
 * and any replica removes it. Times are those of the database.
 */
final class LanePausePublisher {

  static final Duration INTERVAL = Duration.ofMillis(250);

  private static final Logger LOG = LoggerFactory.getLogger(LanePausePublisher.class);
  private static final Duration REPEAT = Duration.ofSeconds(10);

  private record PublishedPause(LanePause pause, Instant at) {}

  private final JdbcClient jdbc;
  private final Replica replica;
  private final Clock clock;
  private final Map<String, PublishedPause> published = new HashMap<>();
  private Instant swept = Instant.MIN;

  LanePausePublisher(JdbcClient jdbc, Replica replica, Clock clock) {
    this.jdbc = jdbc;
    this.replica = replica;
    this.clock = clock;
  }

  synchronized void publish(Collection<Lane> lanes) {
    for (Lane lane : lanes) {
      try {
        publish(lane.type(), lane.observePause());
      } catch (RuntimeException e) {
        LOG.warn("The pause of lane {} could not be published", lane.type(), e);
      }
    }
    sweep();
  }

  /** Removes what this replica published. */
  synchronized void clear() {
    try {
      jdbc.sql("delete from lane_hold where replica = ?").param(replica.name()).update();
    } catch (RuntimeException e) {
      LOG.debug("Published pauses were not removed; another replica will", e);
    }
    published.clear();
  }

  private void publish(String workerType, Optional<LanePause> pause) {
    PublishedPause last = published.get(workerType);
    if (pause.isEmpty()) {
      if (last != null) {
        jdbc.sql("delete from lane_hold where worker_type = ? and replica = ?")
            .param(workerType)
            .param(replica.name())
            .update();
        published.remove(workerType);
      }
    } else if (last == null
        || !last.pause().reason().equals(pause.get().reason())
        || !clock.instant().isBefore(last.at().plus(REPEAT))) {
      write(workerType, pause.get());
      published.put(workerType, new PublishedPause(pause.get(), clock.instant()));
    }
  }

  private void write(String workerType, LanePause pause) {
    jdbc.sql(
            """
            insert into lane_hold as h (worker_type, replica, reason, since, until, seen_at)
            values (:worker, :replica, :reason, now(), :until, now())
            on conflict (worker_type, replica) do update set
              reason = excluded.reason, until = excluded.until, seen_at = excluded.seen_at
            """)
        .param("worker", workerType)
        .param("replica", replica.name())
        .param("reason", pause.reason())
        .param("until", time(pause.until()), java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
        .update();
  }

  private void sweep() {
    Instant now = clock.instant();
    if (now.isBefore(swept.plus(REPEAT))) {
      return;
    }
    try {
      jdbc.sql("delete from lane_hold where seen_at < now() - interval '30 seconds'").update();
      swept = now;
    } catch (RuntimeException e) {
      LOG.debug("Expired pauses were not removed", e);
    }
  }

  private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
    return instant == null ? null : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}

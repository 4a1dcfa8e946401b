package doni.task;

import doni.database.TimestampColumns;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads which lanes are paused, on any replica, and why. At most one second old. */
@Component
public class LanePauseReader {

  /** The pauses that a replica has confirmed lately, one for each lane. */
  public static final String CURRENT =
      "select distinct on (worker_type) worker_type, reason, until from lane_hold"
          + " where seen_at > now() - interval '30 seconds' order by worker_type, since";

  private static final Duration FRESH = Duration.ofSeconds(1);

  private record PauseSnapshot(Map<String, LanePause> pauses, Instant at) {}

  private final JdbcClient jdbc;
  private final Clock clock;
  private volatile PauseSnapshot snapshot = new PauseSnapshot(Map.of(), Instant.MIN);

  LanePauseReader(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Returns the pauses by worker type. */
  public Map<String, LanePause> current() {
    Instant now = clock.instant();
    PauseSnapshot latest = snapshot;
    if (latest.at().isBefore(now.minus(FRESH))) {
      latest = new PauseSnapshot(read(), now);
      snapshot = latest;
    }
    return latest.pauses();
  }

  private Map<String, LanePause> read() {
    record PausedLane(String worker, LanePause pause) {}
    return jdbc
        .sql(CURRENT)
        .query((row, _) ->
            new PausedLane(
                row.getString("worker_type"),
                new LanePause(
                    row.getString("reason"), TimestampColumns.nullableInstant(row, "until"))))
        .list()
        .stream()
        .collect(Collectors.toMap(PausedLane::worker, PausedLane::pause));
  }
}

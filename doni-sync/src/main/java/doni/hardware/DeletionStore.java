package doni.hardware;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Statements about deleted hardware that is still being cleaned up. */
@Component
class DeletionStore {

  /** The replicas share the turns through a row of the table in which lanes share theirs. */
  private static final String CLAIM_TURN =
      """
      with previous as (select listed_at from site_listing where worker_type = :turn),
      claimed as (
        insert into site_listing as s (worker_type, listed_at) values (:turn, now())
        on conflict (worker_type) do update set listed_at = now()
          where s.listed_at <= now() - make_interval(secs => :interval)
        returning listed_at)
      select coalesce(previous.listed_at, 'epoch') as since, claimed.listed_at as until
      from claimed left join previous on true
      """;

  private static final String CROSSED =
      """
      select uuid, count(*) over () as total from (
        select uuid, deleted_at,
          floor(extract(epoch from cast(:until as timestamptz) - deleted_at) / :interval) as now_at,
          floor(extract(epoch from cast(:since as timestamptz) - deleted_at) / :interval) as was_at
        from hardware where deleted_at is not null) aged
      where now_at >= 1 and now_at > was_at
      order by deleted_at, uuid limit :most
      """;

  private static final String TURN = "deletions";

  private final JdbcClient jdbc;

  DeletionStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * The time that one turn covers.
   *
   * @param since the end of the turn before, whichever replica had it
   */
  record Turn(Instant since, Instant until) {}

  /**
   * Deletions, oldest first.
   *
   * @param total how many there are in all
   */
  record Overdue(List<HardwareId> first, long total) {}

  /** Claims a turn; empty if a replica had one within the interval. */
  Optional<Turn> claimTurn(Duration interval) {
    return jdbc.sql(CLAIM_TURN)
        .param("turn", TURN)
        .param("interval", interval.toMillis() / 1_000.0)
        .query((row, _) ->
            new Turn(
                TimestampColumns.instant(row, "since"), TimestampColumns.instant(row, "until")))
        .optional();
  }

  /** Returns the deletions whose age became a multiple of the interval within a turn. */
  Overdue crossed(Turn turn, Duration interval, int most) {
    record OverdueRow(HardwareId id, long total) {}
    List<OverdueRow> rows =
        jdbc.sql(CROSSED)
            .param("since", TimestampColumns.timestamp(turn.since()))
            .param("until", TimestampColumns.timestamp(turn.until()))
            .param("interval", interval.toMillis() / 1_000.0)
            .param("most", most)
            .query((row, _) ->
                new OverdueRow(
                    new HardwareId(row.getObject("uuid", UUID.class)), row.getLong("total")))
            .list();
    return new Overdue(
        rows.stream().map(OverdueRow::id).toList(), rows.isEmpty() ? 0 : rows.getFirst().total());
  }

  long count() {
    return jdbc.sql("select count(*) from hardware where deleted_at is not null")
        .query(Long.class)
        .single();
  }

  /** Returns the age of the oldest deletion in seconds; 0 if there is none. */
  double oldestSeconds() {
    return jdbc.sql(
            """
            select greatest(0, coalesce(extract(epoch from now() - min(deleted_at)), 0))::float8
            from hardware where deleted_at is not null
            """)
        .query(Double.class)
        .single();
  }
}

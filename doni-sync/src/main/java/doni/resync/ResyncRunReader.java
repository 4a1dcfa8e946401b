package doni.resync;

import doni.backend.BackendException;
import doni.database.TimestampColumns;
import doni.resync.ResyncRun.ReasonCount;
import doni.resync.ResyncRun.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads resync runs. State, progress and the estimated end are computed from the tasks of a run at
 * the moment of reading; they are not stored.
 */
final class ResyncRunReader {

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** Backends word one failure in many ways; a list of the hardware in ERROR shows them all. */
  private static final int MOST_REASONS = 10;

  /** So few tasks that are left are named one by one: what is a run still waiting for? */
  private static final int FEW = 100;

  private final JdbcClient jdbc;
  private final JsonMapper json;

  ResyncRunReader(JdbcClient jdbc, JsonMapper json) {
    this.jdbc = jdbc;
    this.json = json;
  }

  /** Returns the run, if it exists. */
  Optional<ResyncRun> find(UUID run, Instant now) {
    return read("r.uuid = :run", Map.of("run", run), now).stream().findFirst();
  }

  /**
   * Returns the oldest run with this filter that is not over.
   *
   * @param filter JSON, compared as JSON
   */
  Optional<ResyncRun> findOpen(String filter, Instant now) {
    return read(
            "r.filter = cast(:filter as jsonb) and r.cancelled_at is null and r.ended_at is"
                + " null order by r.created_at",
            Map.of("filter", filter),
            now)
        .stream()
        .filter(run -> !run.state().over())
        .findFirst();
  }

  /**
   * Returns the runs, newest first.
   *
   * @param after only those that come after this one; null starts at the newest
   */
  List<ResyncRun> list(int limit, @Nullable UUID after, Instant now) {
    return after == null
        ? read(
            "true order by r.created_at desc, r.uuid desc limit :limit",
            Map.of("limit", limit),
            now)
        : read(
            "(r.created_at, r.uuid) < (select a.created_at, a.uuid from sync_run a where a.uuid ="
                + " :after) order by r.created_at desc, r.uuid desc limit :limit",
            Map.of("limit", limit, "after", after),
            now);
  }

  /** Returns a text that differs as soon as a run begins, gets further, or ends. */
  String progress() {
    return jdbc.sql(ResyncRunSql.PROGRESS)
        .query((row, _) ->
            String.join(
                "|",
                row.getString("open"),
                String.valueOf(row.getLong("runs")),
                String.valueOf(row.getString("ended")),
                String.valueOf(row.getString("cancelled"))))
        .single();
  }

  private List<ResyncRun> read(String condition, Map<String, Object> parameters, Instant now) {
    List<ResyncRun> runs =
        jdbc.sql(ResyncRunSql.READ + condition)
            .param("now", TimestampColumns.timestamp(now))
            .params(parameters)
            .query((row, _) -> run(row, now))
            .list();
    List<ReasonRow> reasons = new ArrayList<>(notAttempted(runs));
    reasons.addAll(attempted(runs));
    return runs.stream()
        .map(run -> run.with(most(reasons, run, true), most(reasons, run, false)))
        .toList();
  }

  private record ReasonRow(UUID run, boolean failed, ReasonCount reason) {}

  private static List<ReasonCount> most(List<ReasonRow> reasons, ResyncRun run, boolean failed) {
    return reasons.stream()
        .filter(it -> it.run().equals(run.uuid()) && it.failed() == failed)
        .map(ReasonRow::reason)
        .sorted(Comparator.comparingLong(ReasonCount::count).reversed())
        .limit(MOST_REASONS)
        .toList();
  }

  private List<ReasonRow> attempted(List<ResyncRun> runs) {
    UUID[] troubled =
        uuids(runs, run -> run.progress().failed() > 0 || run.progress().deferred() > 0);
    if (troubled.length == 0) {
      return List.of();
    }
    return jdbc.sql(ResyncRunSql.REASONS)
        .param("runs", troubled)
        .param("call", BackendException.CALL)
        .param("most", MOST_REASONS)
        .query((row, _) -> reason(row, row.getString("outcome").equals("FAILED")))
        .list();
  }

  private List<ReasonRow> notAttempted(List<ResyncRun> runs) {
    UUID[] running = uuids(runs, run -> run.state() == State.RUNNING);
    if (running.length == 0) {
      return List.of();
    }
    UUID[] few =
        uuids(
            runs,
            run ->
                run.state() == State.RUNNING
                    && run.progress().total() - run.progress().done() <= FEW);
    return jdbc.sql(ResyncRunSql.NOT_ATTEMPTED)
        .param("runs", running)
        .param("few", few)
        .query((row, _) -> reason(row, false))
        .list();
  }

  private static UUID[] uuids(List<ResyncRun> runs, Predicate<ResyncRun> which) {
    return runs.stream().filter(which).map(ResyncRun::uuid).toArray(UUID[]::new);
  }

  private static ReasonRow reason(ResultSet row, boolean failed) throws SQLException {
    return new ReasonRow(
        row.getObject("run_uuid", UUID.class),
        failed,
        new ReasonCount(
            row.getString("reason"),
            row.getLong("tasks"),
            row.getString("worker_type"),
            List.of((String[]) row.getArray("names").getArray())));
  }

  private ResyncRun run(ResultSet row, Instant now) throws SQLException {
    long done = row.getLong("done");
    long left = row.getLong("members") - done;
    State state = state(row, left);
    Double rate = state == State.RUNNING ? rate(row) : null;
    return new ResyncRun(
        row.getObject("uuid", UUID.class),
        state,
        json.readValue(row.getString("filter"), OBJECT),
        row.getString("requested_by"),
        TimestampColumns.instant(row, "created_at"),
        TimestampColumns.nullableInstant(
            row, state == State.CANCELLED ? "cancelled_at" : "ended_at"),
        new ResyncRun.RunProgress(
            row.getLong("total"),
            done,
            row.getLong("failed"),
            row.getLong("deferred"),
            List.of(),
            List.of(),
            rate,
            rate == null || rate == 0 ? null : now.plusMillis(Math.round(1000 * left / rate))));
  }

  private static State state(ResultSet row, long left) throws SQLException {
    if (TimestampColumns.nullableInstant(row, "cancelled_at") != null) {
      return State.CANCELLED;
    }
    if (left == 0) {
      return State.DONE;
    }
    return TimestampColumns.nullableInstant(row, "paused_at") == null
        ? State.RUNNING
        : State.PAUSED;
  }

  private static @Nullable Double rate(ResultSet row) throws SQLException {
    double elapsed = row.getDouble("elapsed");
    return elapsed <= 0 ? null : Math.round(10 * row.getLong("lately") / elapsed) / 10.0;
  }
}

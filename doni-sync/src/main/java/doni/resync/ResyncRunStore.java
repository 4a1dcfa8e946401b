package doni.resync;

import doni.engine.lane.TaskRequeuer;
import doni.request.RequestRefusedException.Conflict;
import doni.resync.ResyncRun.State;
import doni.task.QueuePriority;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The statements of resync runs. A run is stored completely in the database, so any replica can
 * show, pause and resume it. The lanes work on its tasks like on all others, after changes by
 * people.
 *
 * <p>Methods that change a run need a transaction (read committed).
 */
public final class ResyncRunStore {

  private static final Logger LOG = LoggerFactory.getLogger(ResyncRunStore.class);
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  /** Backends word one failure in many ways; a list of the hardware in ERROR shows them all. */
  private static final int MOST_REASONS = 10;

  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final TaskRequeuer requeuer;
  private final List<String> workerTypes;
  private final Clock clock;

  /**
   * @param workerTypes of the workers that run in lanes at this site
   */
  public ResyncRunStore(
      JdbcClient jdbc,
      JsonMapper json,
      TaskRequeuer requeuer,
      List<String> workerTypes,
      Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.requeuer = requeuer;
    this.workerTypes = List.copyOf(workerTypes);
    this.clock = clock;
  }

  /** The workers whose tasks can be part of a run. */
  public List<String> workerTypes() {
    return workerTypes;
  }

  /** Those of these names that no live device has. */
  public List<String> unknown(List<String> names) {
    Set<String> known =
        new HashSet<>(
            jdbc.sql(
                    "select lower(name) from hardware where deleted_at is null and lower(name) ="
                        + " any(:names)")
                .param(
                    "names",
                    names.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toArray(String[]::new))
                .query(String.class)
                .list());
    return names.stream().filter(name -> !known.contains(name.toLowerCase(Locale.ROOT))).toList();
  }

  /**
   * Begins a run and makes its tasks due. While one of the same filter is not over, that one is
   * returned, and nothing is begun.
   */
  public ResyncRun start(ResyncFilter filter, String requestedBy) {
    lock();
    String text = json.writeValueAsString(filter.members());
    Optional<ResyncRun> same =
        read(
                "r.filter = cast(:filter as jsonb) and r.cancelled_at is null and r.ended_at is"
                    + " null order by r.created_at",
                Map.of("filter", text))
            .stream()
            .filter(run -> !run.state().over())
            .findFirst();
    return same.orElseGet(() -> begin(filter, text, requestedBy));
  }

  private ResyncRun begin(ResyncFilter filter, String text, String requestedBy) {
    UUID run = UUID.randomUUID();
    jdbc.sql(ResyncRunSql.INSERT)
        .param("run", run)
        .param("filter", text)
        .param("user", requestedBy)
        .param("now", time(now()))
        .update();
    int total = addTasks(run, filter);
    jdbc.sql(ResyncRunSql.SET_TOTAL).param("run", run).param("total", total).update();
    requeuer.announce(makeDue(run));
    LOG.info("Resync run {} started with {} tasks, for user {}: {}", run, total, requestedBy, text);
    return find(run).orElseThrow();
  }

  private int addTasks(UUID run, ResyncFilter filter) {
    StringBuilder sql =
        new StringBuilder(
            ResyncRunSql.ADD_TASKS.formatted(
                filter.state() == null ? "worker_task" : "worker_task_state"));
    Map<String, Object> parameters = new HashMap<>();
    narrow(sql, parameters, "t.worker_type = :worker", "worker", filter.workerType());
    narrow(sql, parameters, "h.hardware_type = :type", "type", filter.hardwareType());
    narrow(sql, parameters, "h.project_id = :project", "project", filter.projectId());
    narrow(
        sql,
        parameters,
        "t.state = :state",
        "state",
        filter.state() == null ? null : filter.state().name());
    narrow(
        sql,
        parameters,
        "h.deleted_at is null and lower(h.name) = any(:names)",
        "names",
        filter.names().isEmpty() ? null : filter.names().toArray(String[]::new));
    return jdbc.sql(sql.toString())
        .param("run", run)
        .param("workers", workerTypes.toArray(String[]::new))
        .params(parameters)
        .update();
  }

  private static void narrow(
      StringBuilder sql,
      Map<String, Object> parameters,
      String condition,
      String name,
      @Nullable Object value) {
    if (value != null) {
      sql.append(" and ").append(condition);
      parameters.put(name, value);
    }
  }

  public Optional<ResyncRun> find(UUID run) {
    return read("r.uuid = :run", Map.of("run", run)).stream().findFirst();
  }

  /**
   * The runs, newest first.
   *
   * @param after only those that come after this one; null starts at the newest
   */
  public List<ResyncRun> list(int limit, @Nullable UUID after) {
    return after == null
        ? read("true order by r.created_at desc, r.uuid desc limit :limit", Map.of("limit", limit))
        : read(
            "(r.created_at, r.uuid) < (select a.created_at, a.uuid from sync_run a where a.uuid ="
                + " :after) order by r.created_at desc, r.uuid desc limit :limit",
            Map.of("limit", limit, "after", after));
  }

  /**
   * Lets what is not attempted yet wait for its own next look; what is under way ends.
   *
   * @throws Conflict when the run is over
   */
  public Optional<ResyncRun> pause(UUID run) {
    return locked(run)
        .map(found -> {
          if (open(found, "paused") == State.PAUSED) {
            return found;
          }
          giveBack(run);
          update(ResyncRunSql.PAUSE, run);
          return reread(run);
        });
  }

  /**
   * Makes due what is not attempted yet.
   *
   * @throws Conflict when the run is over
   */
  public Optional<ResyncRun> resume(UUID run) {
    return locked(run)
        .map(found -> {
          if (open(found, "resumed") == State.RUNNING) {
            return found;
          }
          update(ResyncRunSql.RESUME, run);
          requeuer.announce(makeDue(run));
          return reread(run);
        });
  }

  /**
   * Ends the run; what is not attempted yet waits for its own next look and belongs to it no more.
   *
   * @throws Conflict when all of it is done
   */
  public Optional<ResyncRun> cancel(UUID run) {
    return locked(run)
        .map(found -> {
          if (found.state() == State.CANCELLED) {
            return found;
          }
          open(found, "cancelled");
          giveBack(run);
          update(ResyncRunSql.CANCEL, run);
          jdbc.sql(ResyncRunSql.REMOVE_NOT_DONE).param("run", run).update();
          return reread(run);
        });
  }

  /** Makes due what of a run that runs is neither due nor done; the lanes that have some. */
  Set<String> makeDue(UUID run) {
    return Set.copyOf(
        jdbc.sql(ResyncRunSql.MAKE_DUE)
            .param("run", run)
            .param("now", time(now()))
            .query(String.class)
            .list());
  }

  /** The runs that were not seen to be over. */
  List<UUID> open() {
    return jdbc.sql(ResyncRunSql.OPEN).query((row, _) -> row.getObject("uuid", UUID.class)).list();
  }

  /** How many of its tasks are not done. */
  long left(UUID run) {
    return jdbc.sql(ResyncRunSql.LEFT).param("run", run).query(Long.class).single();
  }

  /** Notes that a run is over, if all of it is done. */
  void endIfDone(UUID run) {
    if (update(ResyncRunSql.END, run) > 0) {
      LOG.info("Resync run {} is done", run);
    }
  }

  /** Removes runs that have been over for so long. */
  int removeOlder(Duration age) {
    return jdbc.sql(ResyncRunSql.REMOVE_OLD).param("moment", time(now().minus(age))).update();
  }

  private void lock() {
    jdbc.sql(ResyncRunSql.LOCK).query((_, _) -> true).single();
  }

  private Optional<ResyncRun> locked(UUID run) {
    lock();
    jdbc.sql(ResyncRunSql.LOCK_RUN).param("run", run).query(Integer.class).optional();
    return find(run);
  }

  private ResyncRun reread(UUID run) {
    return find(run).orElseThrow();
  }

  private static State open(ResyncRun run, String what) {
    if (run.state().over()) {
      throw new Conflict(
          "Resync run %s is %s and cannot be %s.".formatted(run.uuid(), run.state(), what));
    }
    return run.state();
  }

  private void giveBack(UUID run) {
    jdbc.sql(ResyncRunSql.GIVE_BACK)
        .param("run", run)
        .param("urgent", QueuePriority.URGENT)
        .param("now", time(now()))
        .update();
  }

  private int update(String sql, UUID run) {
    return jdbc.sql(sql).param("run", run).param("now", time(now())).update();
  }

  private List<ResyncRun> read(String condition, Map<String, Object> parameters) {
    Instant now = now();
    List<ResyncRun> runs =
        jdbc.sql(ResyncRunSql.READ + condition)
            .param("now", time(now))
            .params(parameters)
            .query((row, _) -> run(row, now))
            .list();
    UUID[] failed =
        runs.stream()
            .filter(run -> run.progress().failed() > 0)
            .map(ResyncRun::uuid)
            .toArray(UUID[]::new);
    if (failed.length == 0) {
      return runs;
    }
    Map<UUID, List<ResyncRun.Failure>> reasons = reasons(failed);
    return runs.stream().map(run -> run.with(reasons.getOrDefault(run.uuid(), List.of()))).toList();
  }

  private Map<UUID, List<ResyncRun.Failure>> reasons(UUID[] runs) {
    record Row(UUID run, ResyncRun.Failure failure) {}
    return jdbc
        .sql(ResyncRunSql.FAILURES)
        .param("runs", runs)
        .param("most", MOST_REASONS)
        .query((row, _) ->
            new Row(
                row.getObject("run_uuid", UUID.class),
                new ResyncRun.Failure(row.getString("reason"), row.getLong("tasks"))))
        .list()
        .stream()
        .collect(
            Collectors.groupingBy(
                Row::run,
                Collectors.mapping(Row::failure, Collectors.toCollection(ArrayList::new))));
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
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        instant(row, state == State.CANCELLED ? "cancelled_at" : "ended_at"),
        new ResyncRun.Progress(
            row.getLong("total"),
            done,
            row.getLong("failed"),
            row.getLong("deferred"),
            List.of(),
            rate,
            rate == null || rate == 0 ? null : now.plusMillis(Math.round(1000 * left / rate))));
  }

  private static State state(ResultSet row, long left) throws SQLException {
    if (instant(row, "cancelled_at") != null) {
      return State.CANCELLED;
    }
    if (left == 0) {
      return State.DONE;
    }
    return instant(row, "paused_at") == null ? State.RUNNING : State.PAUSED;
  }

  private static @Nullable Double rate(ResultSet row) throws SQLException {
    double elapsed = row.getDouble("elapsed");
    return elapsed <= 0 ? null : Math.round(10 * row.getLong("lately") / elapsed) / 10.0;
  }

  /** Postgres keeps microseconds, and the tasks of a run are known by their execution time. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static OffsetDateTime time(Instant instant) {
    return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}

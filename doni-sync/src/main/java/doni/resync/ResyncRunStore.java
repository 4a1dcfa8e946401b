package doni.resync;

import doni.database.TimestampColumns;
import doni.engine.lane.TaskRequeuer;
import doni.hardware.HardwareQuerySql;
import doni.request.RequestRefusedException.Conflict;
import doni.resync.ResyncRun.State;
import doni.task.QueuePriority;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * The statements of resync runs. A run is stored completely in the database, so any replica can
 * show, pause and resume it. The lanes work on its tasks like on all others, after changes by
 * people.
 *
 * <p>Methods that change a run need a transaction (read committed).
 */
final class ResyncRunStore {

  private static final Logger LOG = LoggerFactory.getLogger(ResyncRunStore.class);
  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final TaskRequeuer requeuer;
  private final ResyncRunReader reader;
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
    this.reader = new ResyncRunReader(jdbc, json);
    this.workerTypes = List.copyOf(workerTypes);
    this.clock = clock;
  }

  /** Returns the types of the workers whose tasks can be part of a run. */
  public List<String> workerTypes() {
    return workerTypes;
  }

  /** Returns those of the names that no live device has. */
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
   * Starts a run and makes its tasks due. While a run with the same filter is not over, that run is
   * returned instead.
   */
  public ResyncRun start(ResyncFilter filter, String requestedBy) {
    lock();
    String text = json.writeValueAsString(filter.members());
    return reader.findOpen(text, now()).orElseGet(() -> begin(filter, text, requestedBy));
  }

  private ResyncRun begin(ResyncFilter filter, String text, String requestedBy) {
    UUID run = UUID.randomUUID();
    jdbc.sql(ResyncRunSql.INSERT)
        .param("run", run)
        .param("filter", text)
        .param("user", requestedBy)
        .param("now", TimestampColumns.timestamp(now()))
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
    if (filter.selector() != null) {
      sql.append(" and ")
          .append(
              HardwareQuerySql.selected(
                  filter.selector(),
                  "h.labels",
                  value -> {
                    String name = "label" + parameters.size();
                    parameters.put(name, value);
                    return "cast(:" + name + " as text)";
                  }));
    }
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

  /** Returns the run, if it exists. */
  public Optional<ResyncRun> find(UUID run) {
    return reader.find(run, now());
  }

  /**
   * Returns the runs, newest first.
   *
   * @param after only those that come after this one; null starts at the newest
   */
  List<ResyncRun> list(int limit, @Nullable UUID after) {
    return reader.list(limit, after, now());
  }

  /**
   * Pauses a run: tasks that were not attempted yet wait for their own next attempt; running
   * attempts end normally.
   *
   * @throws Conflict if the run is over
   */
  public Optional<ResyncRun> pause(UUID run) {
    return locked(run)
        .map(found -> {
          if (open(found, "paused") == State.PAUSED) {
            return found;
          }
          giveBack(run);
          update(ResyncRunSql.PAUSE, run);
          return find(run).orElseThrow();
        });
  }

  /**
   * Resumes a run: tasks that were not attempted yet become due.
   *
   * @throws Conflict if the run is over
   */
  public Optional<ResyncRun> resume(UUID run) {
    return locked(run)
        .map(found -> {
          if (open(found, "resumed") == State.RUNNING) {
            return found;
          }
          update(ResyncRunSql.RESUME, run);
          requeuer.announce(makeDue(run));
          return find(run).orElseThrow();
        });
  }

  /**
   * Cancels a run: tasks that were not attempted yet leave the run and wait for their own next
   * attempt.
   *
   * @throws Conflict if all tasks are done
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
          return find(run).orElseThrow();
        });
  }

  /** Makes the tasks of a running run due that are neither due nor done; returns their lanes. */
  Set<String> makeDue(UUID run) {
    return Set.copyOf(
        jdbc.sql(ResyncRunSql.MAKE_DUE)
            .param("run", run)
            .param("now", TimestampColumns.timestamp(now()))
            .query(String.class)
            .list());
  }

  /** Returns the runs that are not recorded as ended. */
  List<UUID> open() {
    return jdbc.sql(ResyncRunSql.OPEN).query((row, _) -> row.getObject("uuid", UUID.class)).list();
  }

  /** Returns the number of tasks that are not done. */
  long left(UUID run) {
    return jdbc.sql(ResyncRunSql.LEFT).param("run", run).query(Long.class).single();
  }

  /** Records the end of a run if all of its tasks are done. */
  void endIfDone(UUID run) {
    if (update(ResyncRunSql.END, run) > 0) {
      LOG.info("Resync run {} is done", run);
    }
  }

  /** Removes runs that ended longer ago than the given age. */
  int removeOlder(Duration age) {
    return jdbc.sql(ResyncRunSql.REMOVE_OLD)
        .param("moment", TimestampColumns.timestamp(now().minus(age)))
        .update();
  }

  private void lock() {
    jdbc.sql(ResyncRunSql.LOCK).query((_, _) -> true).single();
  }

  private Optional<ResyncRun> locked(UUID run) {
    lock();
    jdbc.sql(ResyncRunSql.LOCK_RUN).param("run", run).query(Integer.class).optional();
    return find(run);
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
        .param("asked", QueuePriority.SURPLUS)
        .param("now", TimestampColumns.timestamp(now()))
        .update();
  }

  private int update(String sql, UUID run) {
    return jdbc.sql(sql).param("run", run).param("now", TimestampColumns.timestamp(now())).update();
  }

  /** Postgres keeps microseconds, and the tasks of a run are known by their execution time. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}

package doni.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import doni.enrollment.HardwareId;
import doni.task.LostAttemptStore;
import doni.task.WorkerTask.TaskClaim;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A migrated database with what the API does to it, as plain SQL. */
public final class TestInventory implements AutoCloseable {

  private final String url = TestPostgres.newDatabase();
  private final HikariDataSource database = connect(10);
  private final JdbcClient jdbc = JdbcClient.create(database);

  public TestInventory() {
    Flyway.configure().dataSource(database).load().migrate();
  }

  /** A further pool for the same database, as another replica has it. */
  public HikariDataSource connect(int connections) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername(TestPostgres.USER);
    config.setPassword(TestPostgres.PASSWORD);
    config.setMaximumPoolSize(connections);
    return new HikariDataSource(config);
  }

  public HikariDataSource database() {
    return database;
  }

  public JdbcClient jdbc() {
    return jdbc;
  }

  public TransactionTemplate transactions() {
    return new TransactionTemplate(new JdbcTransactionManager(database));
  }

  public WorkerTaskReader reader() {
    return new WorkerTaskReader(jdbc, new PlainEncryptor(), JsonMapper.shared());
  }

  public WorkerTaskStore tasks() {
    return new WorkerTaskStore(jdbc, transactions(), new PlainEncryptor(), JsonMapper.shared());
  }

  public LostAttemptStore lostAttempts() {
    return new LostAttemptStore(
        jdbc, transactions(), new PlainEncryptor(), JsonMapper.shared(), Clock.systemUTC());
  }

  /** Stores a device without tasks. */
  public HardwareId device(String name) {
    return device(name, "project");
  }

  public HardwareId device(String name, String project) {
    HardwareId id = HardwareId.random();
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            values (?, ?, ?, 'sample', '{"colour": "red"}', now(), now())
            """)
        .param(id.value())
        .param(name)
        .param(project)
        .update();
    return id;
  }

  /** Gives a device a property as if it had been enrolled with it. */
  public void property(HardwareId id, String name, String value) {
    jdbc.sql(
            "update hardware set properties = jsonb_set(properties, array[?], to_jsonb(?::text))"
                + " where uuid = ?")
        .param(name)
        .param(value)
        .param(id.value())
        .update();
  }

  /** Stores a device with a task in each lane, due now. */
  public HardwareId enrolled(String name, String... workerTypes) {
    HardwareId id = device(name);
    for (String worker : workerTypes) {
      jdbc.sql("insert into worker_task (hardware_uuid, worker_type) values (?, ?)")
          .param(id.value())
          .param(worker)
          .update();
      jdbc.sql(
              """
              insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
              values (?, ?, now(), false, 1, 10)
              """)
          .param(worker)
          .param(id.toString())
          .update();
    }
    return id;
  }

  /** Picks a task's queue row, as a lane does. */
  public TaskClaim claim(HardwareId id, String workerType, String holder) {
    long version =
        jdbc.sql(
                """
                update scheduled_tasks set picked = true, picked_by = ?, last_heartbeat = now(), version = version + 1
                where task_name = ? and task_instance = ? returning version
                """)
            .param(holder)
            .param(workerType)
            .param(id.toString())
            .query(Long.class)
            .single();
    return new TaskClaim(id, workerType, holder, version);
  }

  /**
   * Changes a device's desired state, in a transaction that is open already or in one of its own.
   */
  public void change(HardwareId id) {
    jdbc.sql(
            "update hardware set generation = generation + 1, properties = '{\"colour\": \"blue\"}'"
                + " where uuid = ?")
        .param(id.value())
        .update();
  }

  public void delete(HardwareId id) {
    jdbc.sql("update hardware set generation = generation + 1, deleted_at = now() where uuid = ?")
        .param(id.value())
        .update();
  }

  public Map<String, @Nullable Object> task(HardwareId id, String workerType) {
    return jdbc.sql(
            "select *, state_details::text as details from worker_task_state where hardware_uuid ="
                + " ? and worker_type = ?")
        .param(id.value())
        .param(workerType)
        .query()
        .singleRow();
  }

  public String state(HardwareId id, String workerType) {
    return String.valueOf(task(id, workerType).get("state"));
  }

  public Map<String, @Nullable Object> queueRow(HardwareId id, String workerType) {
    return jdbc.sql(
            """
            select *, execution_time <= now() as due, extract(epoch from execution_time - now())::float8 as due_in
            from scheduled_tasks where task_name = ? and task_instance = ?
            """)
        .param(workerType)
        .param(id.toString())
        .query()
        .singleRow();
  }

  /** Kinds of the device's events, oldest first. */
  public List<String> events(HardwareId id) {
    return jdbc.sql("select kind from event where hardware_uuid = ? order by id")
        .param(id.value())
        .query((row, _) -> row.getString(1))
        .list();
  }

  public boolean exists(HardwareId id) {
    return jdbc.sql("select count(*) from hardware where uuid = ?")
            .param(id.value())
            .query(Long.class)
            .single()
        > 0;
  }

  @Override
  public void close() {
    database.close();
  }
}

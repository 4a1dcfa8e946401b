package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptSlots;
import doni.engine.attempt.AttemptSlots.AttemptSlot;
import doni.engine.attempt.AttemptTelemetry;
import doni.engine.attempt.Reconciler;
import doni.enrollment.HardwareId;
import doni.task.LostAttemptStore;
import doni.task.WorkerTask.TaskClaim;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import doni.testing.PlainEncryptor;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Postgres keeps the plans of the statements that each change and each attempt costs. To make one
 * takes up to ten times as long as the statement.
 */
class KeptPlansIT {

  private static final String LANE = "k8s";
  private static final int DEVICES = 15;

  private final TestInventory inventory = new TestInventory();
  private final SingleConnectionDataSource connection;
  private final JdbcClient jdbc;
  private final TransactionTemplate transactions;
  private final Reconciler reconciler;
  private final TaskRequeuer requeuer;

  KeptPlansIT() throws SQLException {
    connection = new SingleConnectionDataSource(inventory.database().getConnection(), true);
    jdbc = JdbcClient.create(connection);
    transactions = new TransactionTemplate(new JdbcTransactionManager(connection));
    PlainEncryptor encryptor = new PlainEncryptor();
    JsonMapper json = JsonMapper.shared();
    reconciler =
        new Reconciler(
            new WorkerTaskReader(jdbc, encryptor, json),
            new WorkerTaskStore(jdbc, transactions, encryptor, json),
            new LostAttemptStore(jdbc, transactions, encryptor, json, Clock.systemUTC()),
            new AttemptTelemetry(new SimpleMeterRegistry()),
            new Random(1),
            Clock.systemUTC());
    requeuer =
        new TaskRequeuer(
            jdbc,
            new WakeupNotifier(inventory.jdbc(), new Replica("kept"), new Housekeeping()),
            Clock.systemUTC());
  }

  @AfterEach
  void close() {
    connection.destroy();
    inventory.close();
  }

  /**
   * @param reused how often a plan was used again
   * @param made how many were made
   */
  private record PlanCount(String statement, long reused, long made) {}

  /** In tables of a few rows, each plan costs the same. */
  private void enrollMany() {
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, 'project', 'sample', '{}', now(), now() from generate_series(1, 2000) n
            """)
        .update();
    jdbc.sql(
            """
            insert into worker_task (hardware_uuid, worker_type, served_generation, outcome)
            select h.uuid, w.name, h.generation, 'SYNCED' from hardware h, (values ('k8s'), ('tunelo')) as w(name)
            """)
        .update();
    jdbc.sql(
            """
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select t.worker_type, t.hardware_uuid::text, now(), false, 1, 10 from worker_task t
            """)
        .update();
    jdbc.sql("analyze hardware, worker_task, scheduled_tasks").update();
  }

  @Test
  void thePlansOfEnrollmentsChangesAndAttemptsAreKept() {
    enrollMany();
    for (int i = 0; i < DEVICES; i++) {
      HardwareId id = inventory.device("kept-" + i);
      transactions.executeWithoutResult(_ -> requeuer.enroll(id, List.of(LANE, "tunelo")));
      attempt(id, new Outcome.Deferred("waiting for its node", null, Map.of("node", "missing")));
      transactions.executeWithoutResult(_ -> requeuer.requeue(id));
      attempt(id, new Outcome.Synced(Map.of("node", "found"), List.of()));
      attempt(id, new Outcome.Synced(Map.of("node", "found"), List.of()));
      attempt(id, new Outcome.Failed("refused", true, null, Map.of()));
      transactions.executeWithoutResult(_ -> requeuer.requeue(id));
    }

    assertThat(planned("worker_task")).hasSizeGreaterThanOrEqualTo(4);
    assertThat(planned("worker_task"))
        .allSatisfy(plan -> assertThat(plan.reused()).as("%s", plan).isGreaterThan(plan.made()));
  }

  private void attempt(HardwareId id, Outcome outcome) {
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    try (AttemptSlot slot = new AttemptSlots(1).begin()) {
      slot.take();
      reconciler.attempt(
          new TestWorker(LANE, _ -> outcome),
          new ResyncPolicy(Duration.ofHours(1), ResyncPolicy.DriftMode.ENFORCE),
          claim,
          slot);
    }
  }

  private List<PlanCount> planned(String table) {
    return jdbc.sql(
            "select statement, generic_plans as reused, custom_plans as made"
                + " from pg_prepared_statements where strpos(statement, ?) > 0")
        .param(table)
        .query((row, _) ->
            new PlanCount(row.getString("statement"), row.getLong("reused"), row.getLong("made")))
        .list();
  }
}

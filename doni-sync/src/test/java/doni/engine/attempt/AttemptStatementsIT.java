package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.task.LostAttemptStore;
import doni.task.WorkerTask.TaskClaim;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import doni.testing.PlainEncryptor;
import doni.testing.StatementRecorder;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** How many statements an attempt costs after its queue row was picked. */
class AttemptStatementsIT extends ReconcilerFixture {

  private final Reconciler recorded = recorded();

  @Test
  void anAttemptThatChangesNothingCostsTwoStatements() {
    TestWorker worker = TestWorker.agreeing(LANE);

    assertThat(during(worker, "steady"))
        .satisfiesExactly(
            read -> assertThat(read).contains("from worker_task"),
            finish -> assertThat(finish).startsWith("with device as materialized"));
  }

  @Test
  void eachWriteCostsOneMore() {
    TestWorker worker = new TestWorker(LANE, _ -> synced(Map.of("changed", true)));
    worker.plans(Change.create("node edge-1"), Change.create("secret edge-1"));

    assertThat(during(worker, "changed"))
        .satisfiesExactly(
            read -> assertThat(read).contains("from worker_task"),
            first -> assertThat(first).contains("quarantined_at is not null as quarantined"),
            second -> assertThat(second).contains("quarantined_at is not null as quarantined"),
            finish -> assertThat(finish).startsWith("with device as materialized"));
  }

  /** With the parent table, Postgres opens and locks the partitions and indexes of every lane. */
  @Test
  void anAttemptNamesNoQueueButThatOfItsLane() {
    TestWorker worker = new TestWorker(LANE, _ -> synced(Map.of("changed", true)));
    worker.plans(Change.create("node edge-1"));

    assertThat(during(worker, "narrow")).noneMatch(sql -> sql.contains("scheduled_tasks"));
  }

  private List<String> during(Worker worker, String name) {
    HardwareId id = inventory.enrolled(name, LANE);
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    return StatementRecorder.during(
        () -> recorded.attempt(worker, policy, claim, new InterruptGuard()));
  }

  private Reconciler recorded() {
    DataSource database = StatementRecorder.recorded(inventory.database());
    JdbcClient jdbc = JdbcClient.create(database);
    TransactionTemplate transactions =
        new TransactionTemplate(new JdbcTransactionManager(database));
    PlainEncryptor encryptor = new PlainEncryptor();
    JsonMapper json = JsonMapper.shared();
    return new Reconciler(
        new WorkerTaskReader(jdbc, encryptor, json),
        new WorkerTaskStore(jdbc, transactions, encryptor, json),
        new LostAttemptStore(jdbc, transactions, encryptor, json, Clock.systemUTC()),
        new AttemptTelemetry(new SimpleMeterRegistry()),
        new Random(1),
        Clock.systemUTC());
  }
}

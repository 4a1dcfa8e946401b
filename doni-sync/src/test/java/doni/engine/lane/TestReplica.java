package doni.engine.lane;

import com.zaxxer.hikari.HikariDataSource;
import doni.database.DatabaseClock;
import doni.engine.attempt.AttemptTelemetry;
import doni.engine.attempt.Planner;
import doni.engine.attempt.Reconciler;
import doni.resync.ResyncRunFixture;
import doni.secret.SecretEncryptor;
import doni.task.LostAttemptStore;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import doni.testing.PlainEncryptor;
import doni.testing.TestInventory;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A replica of the service, as far as its lanes go, with a pool of its own. */
public final class TestReplica implements AutoCloseable {

  private final HikariDataSource pool;
  private final CutDatabase database;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LaneRunner runner;
  private final TaskRequeuer lanes;
  private final ResyncRunFixture runs;
  private final Planner planner;
  private final TransactionTemplate transactions;
  private final DatabaseClock clock;

  public TestReplica(
      String name, TestInventory inventory, EngineProperties properties, Worker... workers) {
    this(name, inventory, properties, Map.of(), workers);
  }

  TestReplica(
      String name,
      TestInventory inventory,
      EngineProperties properties,
      Map<String, List<String>> workersByType,
      Worker... workers) {
    this(name, inventory, Clock.systemUTC(), properties, workersByType, workers);
  }

  /**
   * @param local what the machine's clock shows
   */
  TestReplica(
      String name,
      TestInventory inventory,
      Clock local,
      EngineProperties properties,
      Map<String, List<String>> workersByType,
      Worker... workers) {
    pool = inventory.connect(12);
    database = new CutDatabase(pool);
    JdbcClient jdbc = JdbcClient.create(database);
    clock = new DatabaseClock(database, local);
    clock.start();
    transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    SecretEncryptor encryptor = new PlainEncryptor();
    WorkerTaskReader reader = new WorkerTaskReader(jdbc, encryptor, JsonMapper.shared());
    WorkerTaskStore tasks = new WorkerTaskStore(jdbc, transactions, encryptor, JsonMapper.shared());
    Replica replica = new Replica(name);
    Housekeeping housekeeping = new Housekeeping();
    LaneQueue queue = new LaneQueue(jdbc, clock);
    WakeupNotifier wakeups = new WakeupNotifier(jdbc, replica, housekeeping);
    Reconciler reconciler =
        new Reconciler(
            reader,
            tasks,
            new LostAttemptStore(jdbc, transactions, encryptor, JsonMapper.shared(), clock),
            new AttemptTelemetry(meters),
            new Random(3),
            clock);
    runner =
        new LaneRunner(
            new ReplicaLanes(
                properties,
                List.of(workers),
                reconciler,
                new SchedulerFactory(database, replica, clock),
                new RequeueBatcher(queue, wakeups, housekeeping),
                SignalRecorder.NONE),
            new QueueBackfill(jdbc, workersByType, clock),
            wakeups,
            new WakeupListener(database, wakeups),
            new LaneMonitor(
                new LanePausePublisher(jdbc, replica, clock), queue, housekeeping, meters),
            new SiteComparison(
                jdbc,
                reader,
                queue,
                wakeups,
                new OrphanSweep(new OrphanStore(jdbc), properties::resyncPolicy),
                SignalRecorder.NONE,
                SiteComparison.INTERVAL));
    lanes = new TaskRequeuer(jdbc, wakeups, clock);
    runs =
        new ResyncRunFixture(
            jdbc,
            lanes,
            List.of(workers),
            clock,
            properties,
            wakeups::wakeHere,
            housekeeping,
            meters);
    planner =
        new Planner(
            reader,
            List.of(workers),
            properties::resyncPolicy,
            properties.enabled(),
            Duration.ofSeconds(2));
  }

  /** Polls so rarely that only a wake-up explains that something happens. */
  static EngineProperties rarelyPolling() {
    return properties(Duration.ofMinutes(10), Duration.ofSeconds(20), Map.of());
  }

  public static EngineProperties polling() {
    return properties(Duration.ofMillis(200), Duration.ofSeconds(20), Map.of());
  }

  public static EngineProperties properties(
      Duration pollInterval, Duration stopGrace, Map<String, String> lanes) {
    return new EngineProperties(
        true, Duration.ofHours(1), pollInterval, stopGrace, Duration.ofDays(30), lanes);
  }

  TestReplica start() {
    runner.start();
    runs.startMonitor();
    return this;
  }

  public TaskRequeuer lanes() {
    return lanes;
  }

  public ResyncRunFixture runs() {
    return runs;
  }

  Planner planner() {
    return planner;
  }

  public <T> T within(Supplier<T> work) {
    return Objects.requireNonNull(transactions.execute(_ -> work.get()));
  }

  public void inTransaction(Runnable work) {
    transactions.executeWithoutResult(_ -> work.run());
  }

  public SimpleMeterRegistry meters() {
    return meters;
  }

  /** From now on nothing of it reaches the database: for the others it has died. */
  void kill() {
    database.cut = true;
  }

  public void stop() {
    runner.stop();
  }

  @Override
  public void close() {
    if (runner.isRunning()) {
      runner.stop();
    }
    clock.stop();
    pool.close();
  }

  private static final class CutDatabase extends DelegatingDataSource {
    private volatile boolean cut;

    CutDatabase(HikariDataSource pool) {
      super(pool);
    }

    @Override
    public Connection getConnection() throws SQLException {
      if (cut) {
        throw new SQLException("cut off");
      }
      return super.getConnection();
    }
  }
}

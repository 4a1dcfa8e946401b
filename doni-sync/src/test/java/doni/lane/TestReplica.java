package doni.lane;

import com.zaxxer.hikari.HikariDataSource;
import doni.inventory.TaskStore;
import doni.reconcile.Planner;
import doni.reconcile.Reconciler;
import doni.testing.PlainSealer;
import doni.testing.TestInventory;
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
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A replica of the service, as far as its lanes go, with a pool of its own. */
final class TestReplica implements AutoCloseable {

  private final HikariDataSource pool;
  private final CutDatabase database;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LaneRunner runner;
  private final Lanes lanes;
  private final SyncRuns runs;
  private final SyncRunKeeper keeper;
  private final Planner planner;
  private final TransactionTemplate transactions;

  TestReplica(String name, TestInventory inventory, SyncProperties properties, Worker... workers) {
    this(name, inventory, properties, Map.of(), workers);
  }

  TestReplica(
      String name,
      TestInventory inventory,
      SyncProperties properties,
      Map<String, List<String>> workersByType,
      Worker... workers) {
    pool = inventory.connect(12);
    database = new CutDatabase(pool);
    JdbcClient jdbc = JdbcClient.create(database);
    Clock clock = Clock.systemUTC();
    transactions = new TransactionTemplate(new JdbcTransactionManager(database));
    TaskStore tasks =
        new TaskStore(
            new JdbcTemplate(database), transactions, new PlainSealer(), JsonMapper.shared());
    Replica replica = new Replica(name);
    Housekeeping housekeeping = new Housekeeping();
    LaneQueue queue = new LaneQueue(jdbc, clock);
    WakeCalls calls = new WakeCalls(jdbc, replica, housekeeping);
    Reconciler reconciler =
        new Reconciler(tasks, properties::routine, new Random(3), meters, clock);
    runner =
        new LaneRunner(
            properties,
            List.of(workers),
            workersByType,
            new LaneRunner.Surroundings(
                replica,
                new Lane.LaneParts(database, reconciler, tasks, clock),
                queue,
                new HoldBoard(jdbc, replica, clock),
                calls,
                housekeeping,
                meters));
    lanes = new Lanes(queue, runner, calls);
    runs =
        new SyncRuns(
            jdbc, JsonMapper.shared(), lanes, Stream.of(workers).map(Worker::type).toList(), clock);
    keeper = new SyncRunKeeper(runs, properties, runner::wake, housekeeping, meters);
    planner =
        new Planner(
            tasks,
            List.of(workers),
            properties::routine,
            properties.enabled(),
            Duration.ofSeconds(2));
  }

  /** Polls so rarely that only a wake-up explains that something happens. */
  static SyncProperties rarelyPolling() {
    return properties(Duration.ofMinutes(10), Duration.ofSeconds(20), Map.of());
  }

  static SyncProperties polling() {
    return properties(Duration.ofMillis(200), Duration.ofSeconds(20), Map.of());
  }

  static SyncProperties properties(
      Duration pollInterval, Duration stopGrace, Map<String, String> lanes) {
    return new SyncProperties(
        true, Duration.ofHours(1), pollInterval, stopGrace, Duration.ofDays(30), lanes);
  }

  TestReplica start() {
    runner.start();
    keeper.start();
    return this;
  }

  Lanes lanes() {
    return lanes;
  }

  SyncRuns runs() {
    return runs;
  }

  Planner planner() {
    return planner;
  }

  <T> T within(Supplier<T> work) {
    return Objects.requireNonNull(transactions.execute(_ -> work.get()));
  }

  void inTransaction(Runnable work) {
    transactions.executeWithoutResult(_ -> work.run());
  }

  SimpleMeterRegistry meters() {
    return meters;
  }

  /** From now on nothing of it reaches the database: for the others it has died. */
  void kill() {
    database.cut = true;
  }

  void stop() {
    runner.stop();
  }

  @Override
  public void close() {
    if (runner.isRunning()) {
      runner.stop();
    }
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

package doni.bench;

import doni.bench.ComparedLoad.BenchedServer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Attempts that change nothing: all tasks of the service become due at once, as in a resync run of
 * all devices. The bound is {@link EngineBound}. Both are measured from their first attempt to
 * their last, so that it does not matter when the lane polls.
 */
final class NoOpTasks implements ComparedLoad.Requests {

  static final double TARGET = 0.8;

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Database database;
  private final BenchedServer service;

  NoOpTasks(Database database, BenchedServer service) {
    this.database = database;
    this.service = service;
  }

  @Override
  public Load.Result send(BenchedServer server, int count) throws Exception {
    return server.equals(service) ? attempts() : EngineBound.run(database, "bound", count, LIMIT);
  }

  int count() throws Exception {
    return Math.toIntExact(database.count("service", "select count(*) from worker_task"));
  }

  private Load.Result attempts() throws Exception {
    String before = "'" + database.text("service", "select clock_timestamp()") + "'";
    database.execute("service", "update scheduled_tasks set execution_time = now()");
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (database.count(
            "service", "select count(*) from worker_task where last_attempt_at < " + before)
        > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not all tasks were attempted after " + LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    double rate =
        Double.parseDouble(
            database.text(
                "service",
                "select count(*) / extract(epoch from max(last_attempt_at) - min(last_attempt_at))"
                    + " from worker_task"));
    return new Load.Result(rate, Double.NaN, Double.NaN);
  }
}

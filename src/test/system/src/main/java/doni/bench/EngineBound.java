package doni.bench;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The same lane, on the same partition with the same rows, whose task does nothing at all: what
 * db-scheduler alone can do.
 */
final class EngineBound {

  private EngineBound() {}

  static Load.Result run(Database database, String name, int rows, Duration limit)
      throws Exception {
    database.execute(name, "truncate scheduled_tasks");
    database.execute(
        name,
        "insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)"
            + " select 'fake-worker', gen_random_uuid()::text, now(), false, 1, 10 from generate_series(1, "
            + rows
            + ")");
    CountDownLatch left = new CountDownLatch(rows);
    AtomicLong first = new AtomicLong();
    HikariConfig pool = new HikariConfig();
    pool.setJdbcUrl(database.url(name));
    pool.setUsername(Database.USER);
    pool.setPassword(Database.PASSWORD);
    pool.setMaximumPoolSize(20);
    try (HikariDataSource dataSource = new HikariDataSource(pool)) {
      Scheduler scheduler =
          Scheduler.create(
                  dataSource,
                  Tasks.custom("fake-worker", Void.class)
                      .execute((_, _) -> {
                        first.compareAndSet(0, System.nanoTime());
                        return (complete, queue) -> {
                          queue.reschedule(complete, Instant.now().plus(Duration.ofHours(1)));
                          left.countDown();
                        };
                      }))
              .tableName("sync_fake_worker")
              .jdbcCustomization(new PostgreSqlJdbcCustomization(false, false))
              .threads(50)
              .executorService(Executors.newVirtualThreadPerTaskExecutor())
              .pollUsingLockAndFetch(0.8, 1.0)
              .enablePriority()
              .pollingInterval(Duration.ofSeconds(1))
              .build();
      scheduler.start();
      boolean done = left.await(limit.toMillis(), TimeUnit.MILLISECONDS);
      double took = (System.nanoTime() - first.get()) / 1e9;
      scheduler.stop();
      long ran = done ? rows : rows - left.getCount();
      return new Load.Result(ran / took, Double.NaN, Double.NaN);
    }
  }
}

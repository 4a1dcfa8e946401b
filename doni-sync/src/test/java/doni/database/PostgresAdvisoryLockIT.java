package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import doni.backend.BackendException;
import doni.testing.TestInventory;
import doni.worker.DistributedLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresAdvisoryLockIT {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final TestInventory inventory = new TestInventory();
  private final HikariDataSource pool = inventory.connect(2);
  private final HikariDataSource otherPool = inventory.connect(2);
  private final DistributedLock lock = new PostgresAdvisoryLock(pool);
  private final DistributedLock otherReplicas = new PostgresAdvisoryLock(otherPool);

  @AfterEach
  void close() {
    pool.close();
    otherPool.close();
    inventory.close();
  }

  @Test
  void letsOneAtATimeWorkOfAllReplicas() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        DistributedLock mine = i % 2 == 0 ? lock : otherReplicas;
        all.add(
            threads.submit(() ->
                mine.runLocked(
                    "project",
                    LONG,
                    () -> {
                      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                      inventory.jdbc().sql("select 1").query(Integer.class).single();
                      return inside.decrementAndGet();
                    })));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(most).hasValue(1);
  }

  @Test
  void keepsDifferentNamesApart() {
    String result =
        lock.runLocked("one", LONG, () -> otherReplicas.runLocked("two", LONG, () -> "both"));

    assertThat(result).isEqualTo("both");
  }

  @Test
  void givesUpWhenAnotherReplicaKeepsIt() {
    assertGivesUp(otherReplicas);
  }

  @Test
  void givesUpWhenAnotherAttemptOfThisReplicaKeepsIt() {
    assertGivesUp(lock);
  }

  private void assertGivesUp(DistributedLock second) {
    whileHeld(
        lock,
        () ->
            assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> second.runLocked("project", Duration.ofMillis(50), () -> "never"))
                .matches(e -> e.kind() == BackendException.Kind.NOT_SENT)
                .withMessageContaining("holds the lock project"));
  }

  /** As a process does that SIGSTOP or its hypervisor has stopped: it sends nothing. */
  @Test
  void aReplicaThatStandsStillLosesIt() {
    DistributedLock still = new PostgresAdvisoryLock(pool, Duration.ofSeconds(1), LONG);

    whileHeld(
        still,
        () ->
            assertThat(
                    otherReplicas.<String>runLocked(
                        "project", Duration.ofSeconds(10), () -> "free"))
                .isEqualTo("free"));
  }

  @Test
  void aReplicaThatWorksSlowlyKeepsIt() {
    DistributedLock slow =
        new PostgresAdvisoryLock(pool, Duration.ofSeconds(1), Duration.ofMillis(100));

    whileHeld(
        slow,
        () ->
            assertThatExceptionOfType(BackendException.class)
                .isThrownBy(
                    () -> otherReplicas.runLocked("project", Duration.ofSeconds(3), () -> "never"))
                .withMessageContaining("holds the lock project"));
  }

  private static void whileHeld(DistributedLock lock, Runnable test) {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.execute(() ->
          lock.runLocked(
              "project",
              LONG,
              () -> {
                held.countDown();
                return await(done);
              }));
      await(held);
      try {
        test.run();
      } finally {
        done.countDown();
      }
    }
  }

  @Test
  void isFreeAfterWorkThatFailed() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            lock.runLocked(
                "project",
                LONG,
                () -> {
                  throw new IllegalStateException("failed");
                }));

    assertThat(otherReplicas.<String>runLocked("project", Duration.ofSeconds(5), () -> "free"))
        .isEqualTo("free");
  }

  @Test
  void saysThatWorkWasDoneAlthoughTheConnectionBroke() {
    String result =
        lock.runLocked(
            "project",
            LONG,
            () -> {
              inventory
                  .jdbc()
                  .sql(
                      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
                  .query((row, _) -> row.getBoolean(1))
                  .list();
              return "done";
            });

    assertThat(result).isEqualTo("done");
  }

  private static String await(CountDownLatch latch) {
    try {
      latch.await();
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import doni.testing.TestInventory;
import doni.worker.RemoteException;
import doni.worker.SiteLock;
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

class AdvisoryLockIT {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final TestInventory inventory = new TestInventory();
  private final HikariDataSource pool = inventory.connect(2);
  private final HikariDataSource otherPool = inventory.connect(2);
  private final SiteLock lock = new AdvisoryLock(pool);
  private final SiteLock otherReplicas = new AdvisoryLock(otherPool);

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
        SiteLock mine = i % 2 == 0 ? lock : otherReplicas;
        all.add(
            threads.submit(() ->
                mine.holding(
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
        lock.holding("one", LONG, () -> otherReplicas.holding("two", LONG, () -> "both"));

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

  private void assertGivesUp(SiteLock second) {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.execute(() ->
          lock.holding(
              "project",
              LONG,
              () -> {
                held.countDown();
                return await(done);
              }));
      await(held);

      assertThatExceptionOfType(RemoteException.class)
          .isThrownBy(() -> second.holding("project", Duration.ofMillis(50), () -> "never"))
          .matches(e -> e.kind() == RemoteException.Kind.NOT_SENT)
          .withMessageContaining("holds the lock project");
      done.countDown();
    }
  }

  @Test
  void isFreeAfterWorkThatFailed() {
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() ->
            lock.holding(
                "project",
                LONG,
                () -> {
                  throw new IllegalStateException("failed");
                }));

    assertThat(otherReplicas.<String>holding("project", Duration.ofSeconds(5), () -> "free"))
        .isEqualTo("free");
  }

  @Test
  void saysThatWorkWasDoneAlthoughTheConnectionBroke() {
    String result =
        lock.holding(
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

package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.engine.attempt.Reconciler.RequeueDecision;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskClaim;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReconcilerRacesIT extends ReconcilerFixture {

  @Test
  void isDueAgainAtOnceWhenTheDeviceWasChangedMeanwhile() {
    HardwareId id = inventory.enrolled("changed", LANE);

    RequeueDecision looked =
        attempt(
            id,
            attempt -> {
              inventory.change(id);
              return TestWorker.agree(attempt);
            });

    assertThat(looked).isEqualTo(RequeueDecision.DUE);
    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("due", true)
        .containsEntry("priority", 90);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(pendingGeneration(id)).isEqualTo(2);
  }

  /** The change is not committed yet when the attempt ends: the end waits for it, and sees it. */
  @Test
  void waitsForAChangeThatIsBeingMadeWhenItEnds() throws Exception {
    HardwareId id = inventory.enrolled("open-change", LANE);
    CompletableFuture<RequeueDecision> end;
    try (Connection client = inventory.database().getConnection()) {
      client.setAutoCommit(false);
      update(client, "update hardware set generation = generation + 1 where uuid = '" + id + "'");

      end = CompletableFuture.supplyAsync(() -> attempt(id, TestWorker::agree));
      await().until(this::somebodyWaitsForALock);
      // What Lanes.wake does in that transaction: the row is picked, so there is nothing to wake.
      update(
          client,
          "update scheduled_tasks set execution_time = now() where task_instance = '"
              + id
              + "' and not picked");
      client.commit();
    }

    assertThat(end.get()).isEqualTo(RequeueDecision.DUE);
    assertThat(inventory.queueRow(id, LANE)).containsEntry("due", true);
    assertThat(pendingGeneration(id)).isEqualTo(2);
  }

  /** Returns the mark by which lists find the pending tasks; null if the newest one is served. */
  private @Nullable Long pendingGeneration(HardwareId id) {
    return inventory
        .jdbc()
        .sql(
            "select pending_generation from worker_task where hardware_uuid = :id and worker_type = :lane")
        .param("id", id.value())
        .param("lane", LANE)
        .query(Long.class)
        .optional()
        .orElse(null);
  }

  /** The other order: the change begins while the end of the attempt is not committed yet. */
  @Test
  void aChangeWaitsForTheEndOfAnAttemptAndThenFindsTheQueueRow() throws Exception {
    HardwareId id = inventory.enrolled("late-change", LANE);
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    try (Connection attempt = inventory.database().getConnection();
        Connection client = inventory.database().getConnection()) {
      attempt.setAutoCommit(false);
      update(attempt, "select from hardware where uuid = '" + id + "' for share");
      update(
          attempt,
          "update sync_k8s set picked = false, execution_time = now() + interval '1 hour' where version = "
              + claim.version()
              + " and task_instance = '"
              + id
              + "'");
      CompletableFuture<Integer> woken =
          CompletableFuture.supplyAsync(() -> changeAndWake(client, id));
      await().until(this::somebodyWaitsForALock);
      attempt.commit();

      assertThat(woken.get()).isEqualTo(1);
    }
  }

  @Test
  void cleansUpADeviceThatWasDeletedDuringAnAttempt() {
    HardwareId id = inventory.enrolled("deleted", LANE);
    RequeueDecision during =
        attempt(
            id,
            attempt -> {
              inventory.delete(id);
              return TestWorker.agree(attempt);
            });

    RequeueDecision after = attempt(id, TestWorker::agree);

    assertThat(during).isEqualTo(RequeueDecision.DUE);
    assertThat(after).isEqualTo(RequeueDecision.GONE);
    assertThat(inventory.exists(id)).isFalse();
  }

  @Test
  void dropsTheOutcomeOfAnAttemptThatWasTakenOver() {
    HardwareId id = inventory.enrolled("stalled", LANE);

    RequeueDecision stalled =
        attempt(
            id,
            _ -> {
              TaskClaim takeOver = inventory.claim(id, LANE, "another");
              attempt(new TestWorker(LANE, _ -> synced(Map.of("by", "another"))), takeOver);
              return synced(Map.of("by", "stalled"));
            });

    assertThat(stalled).isEqualTo(RequeueDecision.LOST);
    assertThat((String) inventory.task(id, LANE).get("details")).contains("another");
  }

  @Test
  void aStalledAttemptCannotRemoveADevice() {
    HardwareId id = inventory.enrolled("stalled-gone", LANE);
    inventory.delete(id);

    RequeueDecision stalled =
        attempt(
            id,
            attempt -> {
              inventory.claim(id, LANE, "another");
              return TestWorker.agree(attempt);
            });

    assertThat(stalled).isEqualTo(RequeueDecision.LOST);
    assertThat(inventory.exists(id)).isTrue();
  }

  /** The other worker has removed its task, which was not the last one, and is about to commit. */
  @Test
  void theLaterOfTwoWorkersThatFinishADeletedDeviceAtTheSameTimeRemovesIt() throws Exception {
    HardwareId id = inventory.enrolled("both", LANE, "tunelo");
    inventory.delete(id);
    CompletableFuture<RequeueDecision> later;
    try (Connection earlier = inventory.database().getConnection()) {
      earlier.setAutoCommit(false);
      update(earlier, "select from hardware where uuid = '" + id + "' for update");
      update(
          earlier,
          "delete from worker_task where worker_type = 'tunelo' and hardware_uuid = '" + id + "'");

      later = CompletableFuture.supplyAsync(() -> attempt(id, TestWorker::agree));
      await().until(this::somebodyWaitsForALock);
      earlier.commit();
    }

    assertThat(later.get()).isEqualTo(RequeueDecision.GONE);
    assertThat(inventory.exists(id)).isFalse();
  }

  @Test
  void anInterruptedAttemptIsHandedBackUncounted() {
    HardwareId id = inventory.enrolled("interrupted", LANE);
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    InterruptGuard interruption = new InterruptGuard();
    interruption.request();
    TestWorker blocked =
        new TestWorker(
            LANE,
            _ -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              return failed("unreachable");
            });

    attempt(blocked, claim, interruption);

    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("picked", false)
        .containsEntry("due", true);
    assertThat(inventory.task(id, LANE)).containsEntry("attempts", 0);
  }

  @Test
  void anInterruptDoesNotReachTheRecordingOfAnOutcome() {
    HardwareId id = inventory.enrolled("late-interrupt", LANE);
    TaskClaim claim = inventory.claim(id, LANE, "replica");
    InterruptGuard interruption = new InterruptGuard();

    attempt(
        new TestWorker(
            LANE,
            attempt -> {
              interruption.request();
              return TestWorker.agree(attempt);
            }),
        claim,
        interruption);

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
  }

  /** A key that the backend shows once must not be lost, and the device is not at fault. */
  @Test
  void keepsWhatWasWrittenBeforeAnInterruptedAttemptFailed() {
    HardwareId id = inventory.enrolled("written", LANE);
    InterruptGuard interruption = new InterruptGuard();
    TestWorker stopped =
        new TestWorker(LANE, attempt -> TestWorker.agree(attempt)) {
          @Override
          public ReconcilePlan plan(ReconcileContext attempt) {
            return writtenThenBroken(interruption);
          }
        };

    attempt(stopped, inventory.claim(id, LANE, "replica"), interruption);

    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("picked", false)
        .containsEntry("due", true);
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("state", "PENDING")
        .containsEntry("details", "{\"key\": {\"$encrypted\": \"shown once\"}}");
    assertThat(inventory.events(id)).containsExactly("worker.deferred");
  }

  private static ReconcilePlan writtenThenBroken(InterruptGuard interruption) {
    return new ReconcilePlan() {
      @Override
      public List<Change> changes() {
        return List.of(Change.create("channel"));
      }

      @Override
      public Outcome apply(WriteGate gate) {
        interruption.request();
        throw new IllegalStateException("a defect");
      }

      @Override
      public List<Change> written() {
        return List.of(Change.create("channel"));
      }

      @Override
      public Map<String, @Nullable Object> unfinishedDetails() {
        return Map.of("key", "shown once");
      }
    };
  }

  private static int changeAndWake(Connection client, HardwareId id) {
    try (Statement statement = client.createStatement()) {
      client.setAutoCommit(false);
      statement.execute(
          "update hardware set generation = generation + 1 where uuid = '" + id + "'");
      int woken =
          statement.executeUpdate(
              "update scheduled_tasks set execution_time = now() where task_instance = '"
                  + id
                  + "' and not picked");
      client.commit();
      return woken;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private boolean somebodyWaitsForALock() {
    return inventory
            .jdbc()
            .sql(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
            .query(Long.class)
            .single()
        > 0;
  }
}

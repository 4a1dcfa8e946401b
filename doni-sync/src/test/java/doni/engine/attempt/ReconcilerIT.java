package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskClaim;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReconcilerIT extends ReconcilerFixture {

  @Test
  void becomesSteadyWhenTheWorkerHasSynced() {
    HardwareId id = inventory.enrolled("steady", LANE);

    attempt(id, TestWorker::agree);

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
  }

  @Test
  void looksAtASteadyDeviceAgainAfterTheResyncInterval() {
    HardwareId id = inventory.enrolled("interval", LANE);

    attempt(id, TestWorker::agree);

    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isBetween(2800.0, 4400.0);
  }

  @Test
  void isInProgressWhileTheWorkerRuns() {
    HardwareId id = inventory.enrolled("running", LANE);
    String[] seen = new String[1];

    attempt(
        id,
        attempt -> {
          seen[0] = inventory.state(id, LANE);
          return TestWorker.agree(attempt);
        });

    assertThat(seen[0]).isEqualTo("IN_PROGRESS");
  }

  @Test
  void isNotInProgressOnceItsReplicaHasNoHeartbeat() {
    HardwareId id = inventory.enrolled("dead", LANE);
    inventory.claim(id, LANE, "replica");

    inventory
        .jdbc()
        .sql(
            "update scheduled_tasks set last_heartbeat = now() - interval '21 seconds' where task_instance = ?")
        .param(id.toString())
        .update();

    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
  }

  @Test
  void finishesWithADeletedDeviceBeforeItBeginsWithTheNextOneOfThatName() {
    TestWorker worker = TestWorker.agreeing(LANE).identifyingByName();
    HardwareId deleted = inventory.enrolled("Twin", LANE);
    inventory.delete(deleted);
    HardwareId next = inventory.enrolled("twin", LANE);

    attempt(worker, next);
    assertThat(worker.attempts()).isEmpty();
    assertThat(inventory.state(next, LANE)).isEqualTo("PENDING");
    assertThat(inventory.task(next, LANE).get("reason"))
        .isEqualTo(
            "waiting for the cleanup of the deleted device " + deleted + " of the same name");

    attempt(worker, deleted);
    attempt(worker, next);
    assertThat(inventory.state(next, LANE)).isEqualTo("STEADY");
  }

  @Test
  void doesNotWaitForANamesakeWhereTheBackendDoesNotGoByNames() {
    TestWorker worker = TestWorker.agreeing(LANE);
    inventory.delete(inventory.enrolled("same", LANE));
    HardwareId next = inventory.enrolled("same", LANE);

    attempt(worker, next);

    assertThat(inventory.state(next, LANE)).isEqualTo("STEADY");
  }

  private void attempt(TestWorker worker, HardwareId id) {
    attempt(worker, inventory.claim(id, LANE, "replica"));
  }

  @Test
  void removesTheDeviceWithItsLastTaskAndKeepsItsEvents() {
    HardwareId id = inventory.enrolled("gone", LANE, "tunelo");
    inventory.delete(id);

    attempt(id, TestWorker::agree);
    boolean afterTheFirst = inventory.exists(id);
    TaskClaim last = inventory.claim(id, "tunelo", "replica");
    attempt(TestWorker.agreeing("tunelo"), last);

    assertThat(afterTheFirst).isTrue();
    assertThat(inventory.exists(id)).isFalse();
    assertThat(inventory.events(id)).containsExactly("worker.gone", "worker.gone");
  }

  @Test
  void asksAsRequestedUntilAnAttemptSucceedsAndAsRoutineAfterwards() {
    HardwareId id = inventory.enrolled("cause", LANE);
    TestWorker worker = TestWorker.agreeing(LANE);

    attempt(id, _ -> failed("no"));
    attempt(worker, inventory.claim(id, LANE, "replica"));
    attempt(worker, inventory.claim(id, LANE, "replica"));

    assertThat(worker.attempts())
        .extracting(ReconcileContext::cause)
        .containsExactly(Cause.REQUESTED, Cause.SCHEDULED);
  }

  @Test
  void aRetryAfterARoutineFailureIsStillRoutine() {
    HardwareId id = inventory.enrolled("policy", LANE);
    TestWorker worker = TestWorker.agreeing(LANE);

    attempt(id, TestWorker::agree);
    attempt(id, _ -> failed("drifted and refused"));
    attempt(worker, inventory.claim(id, LANE, "replica"));

    assertThat(worker.attempts())
        .extracting(ReconcileContext::cause)
        .containsExactly(Cause.SCHEDULED);
  }

  @Test
  void doesNotBelieveThatALiveDeviceIsGone() {
    HardwareId id = inventory.enrolled("not-gone", LANE);

    attempt(id, _ -> new Outcome.Gone(List.of()));

    assertThat(inventory.state(id, LANE)).isEqualTo("ERROR");
    assertThat(inventory.exists(id)).isTrue();
  }

  @Test
  void doesNotBelieveThatADeletedDeviceIsSynced() {
    HardwareId id = inventory.enrolled("not-synced", LANE);
    inventory.delete(id);

    attempt(id, _ -> synced(Map.of()));

    assertThat(inventory.state(id, LANE)).isEqualTo("ERROR");
  }

  @Test
  void removesAQueueRowWithoutATask() {
    HardwareId id = inventory.enrolled("orphan", LANE);
    inventory
        .jdbc()
        .sql("delete from worker_task where hardware_uuid = ?")
        .param(id.value())
        .update();

    attempt(id, TestWorker::agree);

    assertThat(
            inventory
                .jdbc()
                .sql("select count(*) from scheduled_tasks where task_instance = ?")
                .param(id.toString())
                .query(Long.class)
                .single())
        .isZero();
  }

  @Test
  void givesTheWorkerTheDeviceAsItIsWanted() {
    HardwareId id = inventory.enrolled("Device-1", LANE);
    inventory
        .jdbc()
        .sql(
            "insert into availability_window values (gen_random_uuid(), ?, '2030-01-01T00:00:00.5Z', '2030-01-02T00:00:00Z', now())")
        .param(id.value())
        .update();
    TestWorker worker = TestWorker.agreeing(LANE);

    attempt(worker, inventory.claim(id, LANE, "replica"));

    assertThat(worker.attempts().getFirst().hardware())
        .satisfies(device -> {
          assertThat(device.name()).isEqualTo("Device-1");
          assertThat(device.properties()).containsEntry("colour", "red");
          assertThat(device.windows())
              .singleElement()
              .satisfies(window -> assertThat(window.start()).isEqualTo("2030-01-01T00:00:00.5Z"));
        });
  }

  @Test
  void showsMetersOfEveryOutcomeFromTheStart() {
    reconciler.register(TestWorker.agreeing("ironic"));

    assertThat(meters.find("doni.reconcile").tag("worker", "ironic").timers())
        .extracting(timer -> timer.getId().getTag("outcome"))
        .contains("synced", "deferred", "failed", "gone");
  }
}

package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class WakeupIT extends LaneFixture {

  @Test
  void looksAtANewDeviceInEveryLaneAsSoonAsItIsCommitted() {
    TestReplica replica =
        started(
            TestReplica.rarelyPolling(), TestWorker.agreeing(LANE), TestWorker.agreeing("tunelo"));
    HardwareId id = inventory.device("new");

    replica.inTransaction(() -> replica.lanes().enroll(id, List.of(LANE, "tunelo")));

    awaitState(id, LANE, "STEADY");
    awaitState(id, "tunelo", "STEADY");
  }

  @Test
  void looksAtNothingThatIsRolledBack() {
    TestWorker worker = TestWorker.agreeing(LANE);
    TestReplica replica = started(TestReplica.polling(), worker);
    HardwareId rolledBack = inventory.device("rolled-back");
    HardwareId committed = inventory.device("committed");

    assertThatIllegalStateException()
        .isThrownBy(() ->
            replica.inTransaction(() -> {
              replica.lanes().enroll(rolledBack, List.of(LANE));
              throw new IllegalStateException("refused");
            }));
    replica.inTransaction(() -> replica.lanes().enroll(committed, List.of(LANE)));
    awaitState(committed, LANE, "STEADY");

    assertThat(worker.attempts()).extracting(a -> a.hardware().id()).containsExactly(committed);
  }

  @Test
  void makesNothingDueOutsideATransaction() {
    TestReplica replica = started(TestReplica.polling());

    assertThatIllegalStateException()
        .isThrownBy(() -> replica.lanes().requeue(HardwareId.random()));
  }

  @Test
  void worksOnAChangeThatCameDuringAnAttempt() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(TestReplica.rarelyPolling(), worker);
    HardwareId id = inventory.device("changed");
    replica.inTransaction(() -> replica.lanes().enroll(id, List.of(LANE)));
    await().until(() -> worker.attempts().size() == 1);

    change(replica, id);
    permits.release(2);

    awaitState(id, LANE, "STEADY");
    assertThat(worker.attempts())
        .extracting(a -> a.hardware().properties().get("colour"))
        .containsExactly("red", "blue");
  }

  @Test
  void cleansUpADeviceThatIsDeletedDuringAnAttempt() {
    Semaphore permits = new Semaphore(0);
    TestWorker worker = new TestWorker(LANE, attempt -> waitFor(permits, attempt));
    TestReplica replica = started(TestReplica.rarelyPolling(), worker);
    HardwareId id = inventory.device("deleted");
    replica.inTransaction(() -> replica.lanes().enroll(id, List.of(LANE)));
    await().until(() -> worker.attempts().size() == 1);

    replica.inTransaction(() -> {
      inventory.delete(id);
      replica.lanes().requeue(id);
    });
    permits.release(2);

    await().until(() -> !inventory.exists(id));
  }

  @Test
  void losesNoChangeUnderASwarmOfThem() throws InterruptedException {
    TestWorker worker = TestWorker.agreeing(LANE);
    TestReplica replica = started(TestReplica.rarelyPolling(), worker);
    List<HardwareId> devices = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      HardwareId id = inventory.device("swarm-" + i);
      devices.add(id);
      replica.inTransaction(() -> replica.lanes().enroll(id, List.of(LANE)));
    }

    List<Thread> clients = new ArrayList<>();
    for (HardwareId id : devices) {
      clients.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 60; i++) {
                  change(replica, id);
                }
              }));
    }
    for (Thread client : clients) {
      client.join();
    }

    for (HardwareId id : devices) {
      awaitState(id, LANE, "STEADY");
      assertThat(inventory.task(id, LANE)).containsEntry("served_generation", 61L);
    }
  }

  @Test
  void aReplicaHearsWhatAnotherOneMadeDue() {
    TestWorker worker = TestWorker.agreeing(LANE);
    EngineProperties apiOnly =
        new EngineProperties(
            false,
            Duration.ofHours(1),
            Duration.ofMinutes(10),
            Duration.ZERO,
            Duration.ofDays(30),
            Map.of());
    TestReplica api = started(apiOnly, TestWorker.agreeing(LANE));
    started(TestReplica.rarelyPolling(), worker);
    HardwareId id = inventory.device("from-the-other");
    // The listener's first connect makes the lane look too; what is tested comes after it.
    await()
        .until(() ->
            inventory
                    .jdbc()
                    .sql("select count(*) from pg_stat_activity where query = 'listen doni_wake'")
                    .query(Long.class)
                    .single()
                > 0);

    api.inTransaction(() -> api.lanes().enroll(id, List.of(LANE)));

    awaitState(id, LANE, "STEADY");
  }

  @Test
  void hearsWakeUpCallsAgainAfterItsConnectionWasCut() {
    EngineProperties apiOnly =
        new EngineProperties(
            false,
            Duration.ofHours(1),
            Duration.ofMinutes(10),
            Duration.ZERO,
            Duration.ofDays(30),
            Map.of());
    TestReplica api = started(apiOnly, TestWorker.agreeing(LANE));
    started(TestReplica.rarelyPolling(), TestWorker.agreeing(LANE));
    String listeners = "select count(*) from pg_stat_activity where query = 'listen doni_wake'";
    await().until(() -> inventory.jdbc().sql(listeners).query(Long.class).single() == 1);
    inventory
        .jdbc()
        .sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen doni_wake'")
        .query(Boolean.class)
        .single();

    await().until(() -> inventory.jdbc().sql(listeners).query(Long.class).single() == 1);
    HardwareId id = inventory.device("after-the-cut");
    api.inTransaction(() -> api.lanes().enroll(id, List.of(LANE)));

    awaitState(id, LANE, "STEADY");
  }
}

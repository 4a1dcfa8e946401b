package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StartIT extends LaneFixture {

  @Test
  void addsTasksForAWorkerThatWasEnabledLater() {
    HardwareId id = inventory.enrolled("older", LANE);
    TestReplica replica =
        new TestReplica(
            "replica",
            inventory,
            TestReplica.polling(),
            Map.of("sample", List.of(LANE, "tunelo")),
            TestWorker.agreeing(LANE),
            TestWorker.agreeing("tunelo"));
    replicas.add(replica);

    replica.start();

    awaitState(id, "tunelo", "STEADY");
  }

  @Test
  void addsAQueueRowThatIsMissing() {
    HardwareId id = inventory.enrolled("rowless", LANE);
    inventory.jdbc().sql("delete from scheduled_tasks").update();
    TestReplica replica =
        new TestReplica(
            "replica",
            inventory,
            TestReplica.polling(),
            Map.of("sample", List.of(LANE)),
            TestWorker.agreeing(LANE));
    replicas.add(replica);

    replica.start();

    awaitState(id, LANE, "STEADY");
  }

  /** Otherwise a shorter interval would take effect only after the longer one. */
  @Test
  void bringsTasksForwardThatWereScheduledUnderALongerResyncInterval() {
    HardwareId steady = scheduled("steady", "SYNCED", "70 minutes");
    HardwareId failed = scheduled("failed", "FAILED", "70 minutes");
    HardwareId soon = scheduled("soon", "SYNCED", "11 minutes");
    HardwareId deferred = scheduled("deferred", "DEFERRED", "70 minutes");
    TestWorker worker = TestWorker.agreeing(LANE);

    started(
        TestReplica.properties(
            Duration.ofMillis(200), Duration.ZERO, Map.of("k8s.resync-interval", "10m")),
        worker);

    for (HardwareId id : List.of(steady, failed)) {
      assertThat(dueIn(id)).isBetween(-10.0, 720.0);
    }
    assertThat(dueIn(soon)).isBetween(640.0, 660.0);
    assertThat(dueIn(deferred)).isGreaterThan(4_100);
    assertThat(
            inventory
                .jdbc()
                .sql(
                    """
                    select count(*) from worker_task t join scheduled_tasks q on q.task_instance = t.hardware_uuid::text
                    where t.next_attempt_at <> q.execution_time
                    """)
                .query(Long.class)
                .single())
        .isZero();
  }

  private HardwareId scheduled(String name, String outcome, String in) {
    HardwareId id = inventory.enrolled(name, LANE);
    inventory
        .jdbc()
        .sql(
            "update scheduled_tasks set execution_time = now() + ?::interval where task_instance = ?")
        .params(in, id.toString())
        .update();
    inventory
        .jdbc()
        .sql(
            """
            update worker_task t set outcome = ?, reason = 'r', served_generation = 1, synced_generation = 1,
              next_attempt_at = q.execution_time
            from scheduled_tasks q where q.task_instance = t.hardware_uuid::text and t.hardware_uuid = ?
            """)
        .params(outcome, id.value())
        .update();
    return id;
  }

  private double dueIn(HardwareId id) {
    return (Double) Objects.requireNonNull(inventory.queueRow(id, LANE).get("due_in"));
  }

  @Test
  void runsNoLaneWhereItIsNotEnabled() {
    TestWorker worker = TestWorker.agreeing(LANE);
    started(
        new EngineProperties(
            false,
            Duration.ofHours(1),
            Duration.ofMillis(50),
            Duration.ZERO,
            Duration.ofDays(30),
            Map.of()),
        worker);

    HardwareId id = inventory.enrolled("api-only", LANE);

    await()
        .during(Duration.ofMillis(400))
        .untilAsserted(() -> assertThat(inventory.state(id, LANE)).isEqualTo("PENDING"));
    assertThat(worker.attempts()).isEmpty();
  }

  @Test
  void refusesToRunAWorkerThatOnlyDeclaresItsProperties() {
    Worker declared =
        new Worker() {
          @Override
          public String type() {
            return "ironic";
          }

          @Override
          public boolean reconciles() {
            return false;
          }

          @Override
          public ReconcilePlan plan(ReconcileContext attempt) {
            throw new IllegalStateException();
          }
        };

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TestReplica("r", inventory, TestReplica.polling(), declared))
        .withMessageContaining("doni.workers.enabled")
        .withMessageContaining("ironic");
  }

  @Test
  void refusesToRunAWorkerForWhichThereIsNoPartition() {
    TestReplica replica =
        new TestReplica("r", inventory, TestReplica.polling(), TestWorker.agreeing("another"));
    replicas.add(replica);

    assertThatIllegalStateException()
        .isThrownBy(replica::start)
        .withMessageContaining("no queue for another");
  }
}

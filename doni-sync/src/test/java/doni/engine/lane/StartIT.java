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

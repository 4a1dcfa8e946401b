package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.task.TaskDiagnostics;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Finding;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A lane in shadow, and its switch to enforce. */
class ShadowLaneIT extends LaneFixture {

  private static final Change CHANGE = Change.create("channel");

  private final Queue<HardwareId> written = new ConcurrentLinkedQueue<>();

  /** Polls so rarely that only the start of the replica explains an attempt. */
  private static EngineProperties drift(String mode) {
    return TestReplica.properties(
        Duration.ofMinutes(10), Duration.ofSeconds(20), Map.of(LANE + ".drift", mode));
  }

  private TestWorker writer() {
    TestWorker worker = new TestWorker(LANE, this::write);
    worker.plans(CHANGE);
    return worker;
  }

  private Outcome write(ReconcileContext attempt) {
    written.add(attempt.hardware().id());
    return attempt.hardware().deleted()
        ? new Outcome.Gone(List.of(CHANGE))
        : new Outcome.Synced(Map.of(), List.of(CHANGE));
  }

  @Test
  void writesNothingUntilItIsSwitchedAndThenWhatItReported() {
    HardwareId changed = inventory.enrolled("changed", LANE);
    HardwareId deleted = inventory.enrolled("deleted", LANE);
    inventory.delete(deleted);
    TestReplica shadow = started(drift("shadow"), writer());
    Stream.of(changed, deleted)
        .forEach(id ->
            await()
                .untilAsserted(
                    () -> assertThat(inventory.events(id)).contains("worker.shadow.reported")));
    assertThat(shadow.planner().of(changed))
        .containsExactly(new WorkerPlan(LANE, List.of(CHANGE), null, true));
    assertThat(new ShadowGauge(inventory.jdbc(), List.of(LANE, "tunelo")).rows())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("function")
        .hasSize(6)
        .containsAll(
            List.of(
                Row.of(Tags.of("worker", LANE, "kind", "create"), 2L),
                Row.of(Tags.of("worker", "tunelo", "kind", "create"), 0L)));
    assertThat(TaskDiagnostics.look(inventory.database(), List.of(LANE), Clock.systemUTC()))
        .containsExactly(
            new Finding.Warning(
                "lane k8s, in shadow: would create 2, update 0, delete 0 for 2 devices; nothing is written",
                "doni plan --all shows each change; to write them, set doni.sync.lanes.k8s.drift to enforce"),
            new Finding.Ok("no device has waited for a worker for more than a minute"));
    shadow.stop();
    assertThat(written).isEmpty();

    started(drift("enforce"), writer());

    awaitState(changed, LANE, "STEADY");
    await().untilAsserted(() -> assertThat(inventory.exists(deleted)).isFalse());
    assertThat(written).containsExactlyInAnyOrder(changed, deleted);
  }

  @Test
  void keepsItsReportsWhenItIsStartedInShadowAgain() {
    HardwareId id = inventory.enrolled("again", LANE);
    TestReplica first = started(drift("shadow"), writer());
    await()
        .untilAsserted(
            () -> assertThat(inventory.events(id)).containsExactly("worker.shadow.reported"));
    first.stop();

    started(drift("shadow"), writer());

    assertThat(inventory.queueRow(id, LANE)).containsEntry("due", false);
    assertThat(written).isEmpty();
  }
}

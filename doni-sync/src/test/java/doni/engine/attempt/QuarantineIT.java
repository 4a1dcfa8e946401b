package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an attempt does for a device that is frozen. */
class QuarantineIT extends ReconcilerFixture {

  private static final Change CHANGE = Change.update("label rack", "r1", "r2");

  private final AtomicInteger applied = new AtomicInteger();
  private final TestWorker worker =
      new TestWorker(
          LANE,
          attempt -> {
            applied.incrementAndGet();
            return attempt.hardware().deleted()
                ? new Outcome.Gone(List.of(CHANGE))
                : new Outcome.Synced(Map.of("seen", "yes"), List.of(CHANGE));
          });

  @Test
  void writesNothing() {
    HardwareId id = inventory.enrolled("asked", LANE);
    worker.plans(CHANGE);
    quarantine(id);

    look(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("defer_count", 0);
    assertThat(String.valueOf(inventory.task(id, LANE).get("reason"))).contains("quarantine");
    assertThat(inventory.queueRow(id, LANE)).containsEntry("due", false);
  }

  @Test
  void isToldOnce() {
    HardwareId id = inventory.enrolled("told", LANE);
    worker.plans(CHANGE);
    quarantine(id);

    look(id);
    look(id);

    assertThat(inventory.events(id)).containsExactly("worker.quarantined");
  }

  @Test
  void goesOnToObserve() {
    HardwareId id = inventory.enrolled("observed", LANE);
    worker.plans();
    quarantine(id);

    look(id);

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(String.valueOf(inventory.task(id, LANE).get("details"))).contains("seen");
  }

  @Test
  void reportsDrift() {
    HardwareId id = inventory.enrolled("drifting", LANE);
    look(id);
    applied.set(0);
    worker.plans(CHANGE);
    quarantine(id);

    look(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(String.valueOf(inventory.task(id, LANE).get("details"))).contains("label rack");
    assertThat(inventory.events(id)).contains("worker.drift.reported");
  }

  @Test
  void countsForAnAttemptThatBeganBeforeIt() {
    HardwareId id = inventory.enrolled("raced", LANE);
    TestWorker observing =
        new TestWorker(
            LANE,
            _ -> {
              applied.incrementAndGet();
              return new Outcome.Synced(Map.of(), List.of());
            }) {
          @Override
          public doni.worker.ReconcilePlan plan(doni.worker.ReconcileContext attempt) {
            quarantine(attempt.hardware().id());
            return super.plan(attempt);
          }
        };
    observing.plans(CHANGE);

    attempt(observing, inventory.claim(id, LANE, "replica"));

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
  }

  @Test
  void endsWithTheRelease() {
    policy = new ResyncPolicy(Duration.ofHours(1), ResyncPolicy.DriftMode.REPORT);
    HardwareId id = inventory.enrolled("released", LANE);
    look(id);
    worker.plans(CHANGE);
    quarantine(id);
    look(id);
    applied.set(0);
    // As the release does.
    inventory
        .jdbc()
        .sql(
            "update hardware set quarantined_at = null, generation = generation + 1 where uuid = ?")
        .param(id.value())
        .update();

    look(id);

    assertThat(applied).hasValue(1);
    assertThat(String.valueOf(inventory.task(id, LANE).get("details"))).doesNotContain("drift");
  }

  private void quarantine(HardwareId id) {
    inventory
        .jdbc()
        .sql("update hardware set quarantined_at = now() where uuid = ?")
        .param(id.value())
        .update();
  }

  private void look(HardwareId id) {
    attempt(worker, inventory.claim(id, LANE, "replica"));
  }
}

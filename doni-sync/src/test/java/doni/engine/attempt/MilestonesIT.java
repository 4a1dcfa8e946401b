package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MilestonesIT extends ReconcilerFixture {

  @Test
  void recordsWhenAMilestoneIsReachedAndLost() {
    HardwareId id = inventory.enrolled("on-its-way", LANE);

    joins(id, false);
    joins(id, true);
    String reachedAt = milestones(id);
    joins(id, true);
    assertThat(reachedAt).matches("\\{\"node_joined\": \"[0-9T:.+-]+\"}");
    assertThat(milestones(id)).isEqualTo(reachedAt);
    joins(id, false);

    assertThat(milestones(id)).isEqualTo("{}");
    assertThat(events(id))
        .containsExactly(
            "device.milestone.reached {\"milestone\": \"node_joined\"}",
            "device.milestone.lost {\"milestone\": \"node_joined\"}");
  }

  @Test
  void keepsTheTimeWhileOtherDetailsChange() {
    HardwareId id = inventory.enrolled("steady", LANE);
    joins(id, true);
    String reachedAt = milestones(id);

    attempt(new Joining(Map.of("joined", true, "labels", 3)), inventory.claim(id, LANE, "replica"));

    assertThat(milestones(id)).isEqualTo(reachedAt);
  }

  @Test
  void recordsNoLossForADeviceThatIsDeleted() {
    HardwareId id = inventory.enrolled("deleted", LANE);
    joins(id, true);
    inventory.delete(id);

    Map<String, @Nullable Object> left = new HashMap<>();
    left.put("joined", null);
    attempt(
        new Joining(_ -> Outcome.Deferred.uncounted("half done", null).withDetails(left)),
        inventory.claim(id, LANE, "replica"));

    assertThat(events(id)).noneMatch(event -> event.contains("lost"));
  }

  private void joins(HardwareId id, boolean joined) {
    attempt(new Joining(Map.of("joined", joined)), inventory.claim(id, LANE, "replica"));
  }

  private String milestones(HardwareId id) {
    return inventory
        .jdbc()
        .sql("select milestones::text from worker_task where hardware_uuid = ?")
        .param(id.value())
        .query(String.class)
        .single();
  }

  private List<String> events(HardwareId id) {
    return inventory
        .jdbc()
        .sql(
            "select kind || ' ' || body from event where kind like 'device.milestone.%' and hardware_uuid = ?"
                + " order by id")
        .param(id.value())
        .query((row, _) -> row.getString(1))
        .list();
  }

  /** A worker that records whether a device has joined. */
  private static final class Joining extends TestWorker {

    Joining(Map<String, Object> details) {
      this(_ -> new Outcome.Synced(new HashMap<>(details), List.of()));
    }

    Joining(Function<ReconcileContext, Outcome> behavior) {
      super(LANE, behavior);
    }

    @Override
    public List<Milestone> milestones(Map<String, Object> recorded) {
      return List.of(
          Boolean.TRUE.equals(recorded.get("joined"))
              ? Milestone.reached(Step.NODE_JOINED)
              : Milestone.missing(Step.NODE_JOINED, "missing", "join"));
    }
  }
}

package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.engine.attempt.Reconciler.RequeueDecision;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskClaim;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An attempt that stands still in its backend call while its task is taken over. */
class LostAttemptIT extends ReconcilerFixture {

  private final List<String> sent = new ArrayList<>();
  private Runnable inFirstWrite = () -> {};
  private boolean announcing;

  @BeforeEach
  void empty() {
    sent.clear();
    announcing = false;
  }

  /** So that it is known even if the replica dies in the write. */
  @Test
  void recordsWhatIsAnnouncedBeforeTheWriteIsSent() {
    HardwareId id = inventory.enrolled("announced", LANE);
    announcing = true;
    List<String> recorded = new ArrayList<>();
    inFirstWrite = () -> recorded.add(details(id));

    attempt(new WritingWorker(), inventory.claim(id, LANE, "dying"));

    assertThat(recorded).containsExactly("{\"announced\": \"write 1\"}");
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(details(id)).contains("\"announced\": \"write 2\"", "\"uuid\": \"of write 2\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void recordsNoAnnouncementAfterATakeOver(boolean ended) {
    HardwareId id = inventory.enrolled("outdated-" + ended, LANE);
    announcing = true;
    List<String> recorded = new ArrayList<>();
    inFirstWrite =
        () -> {
          TaskClaim another = inventory.claim(id, LANE, "another");
          if (ended) {
            attempt(agreeing(), another);
          }
          recorded.add(details(id));
        };
    Worker stalled =
        new WritingWorker() {
          @Override
          public Map<String, @Nullable Object> detailsAfterLoss(
              ReconcileContext lost, Map<String, Object> before) {
            recorded.add(details(id));
            return Map.of();
          }
        };

    attempt(stalled, inventory.claim(id, LANE, "stalled"));

    assertThat(sent).containsExactly("write 1");
    assertThat(recorded).hasSize(2).allMatch(recorded.getFirst()::equals);
  }

  private String details(HardwareId id) {
    return String.valueOf(inventory.task(id, LANE).get("details"));
  }

  @Test
  void sendsNoFurtherWriteAfterATakeOver() {
    HardwareId id = inventory.enrolled("taken", LANE);
    inFirstWrite = () -> attempt(agreeing(), inventory.claim(id, LANE, "another"));

    RequeueDecision stalled = attempt(new WritingWorker(), inventory.claim(id, LANE, "stalled"));

    assertThat(stalled).isEqualTo(RequeueDecision.LOST);
    assertThat(sent).containsExactly("write 1");
  }

  @Test
  void makesALiveDeviceDueForAThoroughAttempt() {
    HardwareId id = inventory.enrolled("live", LANE);
    inFirstWrite = () -> attempt(agreeing(), inventory.claim(id, LANE, "another"));
    attempt(new WritingWorker(), inventory.claim(id, LANE, "stalled"));

    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("due", true)
        .containsEntry("picked", false)
        .containsEntry("priority", 90);
    assertThat(inventory.events(id)).contains("worker.lost");
    assertThat(String.valueOf(inventory.task(id, LANE).get("details"))).contains("found by write");
    TestWorker next = agreeing();
    attempt(next, inventory.claim(id, LANE, "another"));
    assertThat(next.attempts())
        .extracting(ReconcileContext::cause)
        .containsExactly(Cause.REQUESTED);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
  }

  /** It may have observed the backend before the write of the lost attempt arrived there. */
  @Test
  void takesTheClaimOfTheAttemptThatRunsMeanwhile() {
    HardwareId id = inventory.enrolled("both", LANE);
    TestWorker running =
        new TestWorker(
            LANE,
            attempt -> {
              inventory.lostAttempts().reopen(id, LANE);
              return TestWorker.agree(attempt);
            });

    RequeueDecision second = attempt(running, inventory.claim(id, LANE, "another"));

    assertThat(second).isEqualTo(RequeueDecision.LOST);
    assertThat(inventory.queueRow(id, LANE))
        .containsEntry("picked", false)
        .containsEntry("due", true);
  }

  @Test
  void leavesALeftoverForADeviceThatIsGone() {
    HardwareId id = inventory.enrolled("gone", LANE);
    inFirstWrite =
        () -> {
          inventory.delete(id);
          attempt(agreeing(), inventory.claim(id, LANE, "another"));
        };

    attempt(new WritingWorker(), inventory.claim(id, LANE, "stalled"));

    assertThat(inventory.exists(id)).isFalse();
    assertThat(sent).containsExactly("write 1");
    Map<String, @Nullable Object> leftover =
        inventory
            .jdbc()
            .sql(
                "select name, worker_type, properties::text as properties, state_details::text as"
                    + " details from leftover where hardware_uuid = ?")
            .param(id.value())
            .query()
            .singleRow();
    assertThat(leftover)
        .containsEntry("name", "gone")
        .containsEntry("worker_type", LANE)
        .containsEntry("details", "{\"uuid\": \"of write 1\"}");
    assertThat(String.valueOf(leftover.get("properties"))).contains("colour");
    assertThat(inventory.events(id)).contains("worker.lost");
  }

  @Test
  void handsNothingOnWhereNothingWasWritten() {
    HardwareId id = inventory.enrolled("read-only", LANE);
    TestWorker reading =
        new TestWorker(
            LANE,
            attempt -> {
              attempt(agreeing(), inventory.claim(id, LANE, "another"));
              return TestWorker.agree(attempt);
            });

    attempt(reading, inventory.claim(id, LANE, "stalled"));

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(inventory.events(id)).doesNotContain("worker.lost");
  }

  @Test
  void aQuarantineStopsAPlanBetweenTwoWrites() {
    HardwareId id = inventory.enrolled("frozen", LANE);
    inFirstWrite =
        () ->
            inventory
                .jdbc()
                .sql("update hardware set quarantined_at = now() where uuid = ?")
                .param(id.value())
                .update();

    attempt(new WritingWorker(), inventory.claim(id, LANE, "replica"));

    assertThat(sent).containsExactly("write 1");
    assertThat(inventory.state(id, LANE)).isEqualTo("PENDING");
    assertThat(inventory.task(id, LANE)).containsEntry("attempts", 0);
    assertThat(String.valueOf(inventory.task(id, LANE).get("details"))).contains("of write 1");
    assertThat(inventory.events(id)).containsExactly("worker.deferred");
  }

  private static TestWorker agreeing() {
    return TestWorker.agreeing(LANE);
  }

  /** A worker that makes two writes, and records each. */
  private class WritingWorker implements Worker {

    @Override
    public String type() {
      return LANE;
    }

    @Override
    public Map<String, @Nullable Object> detailsAfterLoss(
        ReconcileContext lost, Map<String, Object> recorded) {
      return Map.of("found by write", String.valueOf(lost.details().get("uuid")));
    }

    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      List<Change> written = new ArrayList<>();
      return new ReconcilePlan() {
        @Override
        public List<Change> changes() {
          return List.of(Change.create("write 1"), Change.create("write 2"));
        }

        @Override
        public Outcome apply(WriteGate gate) {
          for (Change change : changes()) {
            if (announcing) {
              gate.announce(Map.of("announced", change.object()));
            }
            gate.pass();
            sent.add(change.object());
            if (written.isEmpty()) {
              inFirstWrite.run();
            }
            written.add(change);
          }
          return synced(unfinishedDetails()).withChanges(written);
        }

        @Override
        public List<Change> written() {
          return List.copyOf(written);
        }

        @Override
        public Map<String, @Nullable Object> unfinishedDetails() {
          Map<String, @Nullable Object> details = new LinkedHashMap<>();
          written.forEach(change -> details.put("uuid", "of " + change.object()));
          return details;
        }
      };
    }
  }
}

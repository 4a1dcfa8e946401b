package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReconcilerRecordsIT extends ReconcilerFixture {

  @Test
  void mergesDetailsAndRemovesThoseThatAreNull() {
    HardwareId id = inventory.enrolled("details", LANE);
    attempt(id, _ -> synced(Map.of("keep", 1, "drop", "x")));
    Map<String, @Nullable Object> news = new HashMap<>();
    news.put("drop", null);
    news.put("new", true);

    attempt(id, _ -> synced(news));

    assertThat((String) inventory.task(id, LANE).get("details"))
        .isEqualTo("{\"new\": true, \"keep\": 1}");
  }

  @Test
  void givesTheWorkerItsSecretDetailsAsSecrets() {
    HardwareId id = inventory.enrolled("secret", LANE);
    attempt(id, _ -> synced(Map.of("key", "s3cret")));
    TestWorker worker = TestWorker.agreeing(LANE);

    attempt(worker, inventory.claim(id, LANE, "replica"));

    assertThat(worker.attempts().getFirst().details()).containsEntry("key", new Secret("s3cret"));
  }

  @Test
  void keepsWhatAFailedAttemptReports() {
    HardwareId id = inventory.enrolled("partial", LANE);

    attempt(id, _ -> new Outcome.Failed("half done", true, null, Map.of("created", "abc")));

    assertThat((String) inventory.task(id, LANE).get("details")).contains("abc");
  }

  @Test
  void recordsOneEventForAFailureThatRepeats() {
    HardwareId id = inventory.enrolled("flood", LANE);

    attempt(id, _ -> failed("tunelo answered 500: no address (POST /channels, req-1)"));
    attempt(id, _ -> failed("tunelo answered 500: no address (POST /channels, req-2)"));
    attempt(id, _ -> failed("tunelo answered 500: no address (GET /channels, req-3)"));

    assertThat(inventory.events(id)).containsExactly("worker.failed");
  }

  @Test
  void recordsNoEventForALookThatChangesNothing() {
    HardwareId id = inventory.enrolled("no-op", LANE);

    attempt(id, TestWorker::agree);
    attempt(id, TestWorker::agree);

    assertThat(inventory.events(id)).containsExactly("worker.synced");
  }

  @Test
  void recordsDriftThatARoutineLookRepaired() {
    HardwareId id = inventory.enrolled("drift", LANE);
    attempt(id, TestWorker::agree);

    attempt(
        id, _ -> new Outcome.Synced(Map.of(), List.of(Change.update("label a", "wrong", "right"))));

    assertThat(inventory.events(id)).containsExactly("worker.synced", "worker.drift");
    assertThat(
            inventory
                .jdbc()
                .sql(
                    "select body::text from event where kind = 'worker.drift' and hardware_uuid = ?")
                .param(id.value())
                .query(String.class)
                .single())
        .contains("label a", "wrong", "right");
  }

  @Test
  void countsAttemptsSinceTheLastSuccess() {
    HardwareId id = inventory.enrolled("counts", LANE);
    attempt(id, _ -> new Outcome.Deferred("not yet", null, Map.of()));

    attempt(id, _ -> failed("no"));
    Map<String, @Nullable Object> before = inventory.task(id, LANE);
    attempt(id, TestWorker::agree);

    assertThat(before).containsEntry("attempts", 2).containsEntry("defer_count", 1);
    assertThat(inventory.task(id, LANE))
        .containsEntry("attempts", 0)
        .containsEntry("defer_count", 0);
  }

  @Test
  void aCallThatWasNotSentCostsNoAttempt() {
    HardwareId id = inventory.enrolled("not-sent", LANE);

    attempt(
        id,
        _ -> {
          throw BackendException.notSent(
              "kubernetes", "the circuit is open", Duration.ofSeconds(7));
        });

    assertThat(inventory.task(id, LANE))
        .containsEntry("outcome", "DEFERRED")
        .containsEntry("reason", "the circuit is open")
        .containsEntry("attempts", 0);
    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isBetween(5.0, 7.0);
  }

  @Test
  void waitsAtLeastAsLongAsTheBackendAsked() {
    HardwareId id = inventory.enrolled("retry-after", LANE);

    attempt(
        id,
        _ -> {
          throw BackendException.answered("blazar", 429, "slow down", false, Duration.ofMinutes(2));
        });

    assertThat(inventory.state(id, LANE)).isEqualTo("ERROR");
    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isBetween(118.0, 120.0);
  }

  @Test
  void aRefusalThatWillNotPassWaitsForTheNextScheduledLook() {
    HardwareId id = inventory.enrolled("refused", LANE);

    attempt(id, _ -> new Outcome.Failed("no such machine", false, null, Map.of()));

    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isGreaterThan(2800);
  }

  @Test
  void aDefectShowsNoValues() {
    HardwareId id = inventory.enrolled("defect", LANE);

    attempt(
        id,
        _ -> {
          throw new IllegalStateException("password=s3cret");
        });

    assertThat((String) inventory.task(id, LANE).get("reason"))
        .contains("IllegalStateException")
        .doesNotContain("s3cret");
  }
}

package doni.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.backend.BackendException.Kind;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.BlockedBy;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureClassifierTests {

  private static Outcome.Failed failed(Throwable thrown) {
    return (Outcome.Failed) FailureClassifier.classify(thrown);
  }

  private static BackendException answered(int status) {
    return BackendException.answered("blazar", status, "teapot", false, null);
  }

  @ParameterizedTest
  @CsvSource({
    "400, false",
    "404, false",
    "409, false",
    "422, false",
    "429, true",
    "500, true",
    "502, true",
    "503, true",
    "504, true",
    "599, true",
    "302, false",
    "200, true"
  })
  void retriesStatusesThatMayPass(int status, boolean retryable) {
    assertThat(failed(answered(status)))
        .isEqualTo(
            new Outcome.Failed(
                    "blazar answered %d: teapot".formatted(status), retryable, null, Map.of())
                .at(retryable ? BlockedBy.BACKEND : BlockedBy.SITE));
  }

  @Test
  void tellsRefusedCredentialsFromCallsThatWereNotSent() {
    assertThat(FailureClassifier.classify(answered(403)).blockedBy())
        .contains(BlockedBy.CREDENTIALS);
    assertThat(FailureClassifier.classify(BackendException.notSent("s", "t", null)).blockedBy())
        .contains(BlockedBy.BACKEND);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void refusedCredentialsCostTheDeviceNoAttempt(int status) {
    assertThat(FailureClassifier.classify(answered(status)))
        .isEqualTo(
            Outcome.Deferred.refused(
                "blazar answered %d: teapot".formatted(status), Duration.ofSeconds(30)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"CONNECTION", "TIMEOUT"})
  void retriesAnUnansweredWrite(Kind kind) {
    Outcome.Failed failed = failed(BackendException.unanswered("s", kind, "t", true, null));

    assertThat(failed.retryable()).isTrue();
    assertThat(failed.blockedBy()).contains(BlockedBy.BACKEND);
  }

  @Test
  void keepsRetryAfter() {
    assertThat(
            failed(BackendException.answered("s", 429, "t", false, Duration.ofSeconds(9))).after())
        .isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void aCallThatWasNotSentCostsTheDeviceNoAttempt() {
    Duration after = Duration.ofSeconds(7);

    assertThat(
            FailureClassifier.classify(
                BackendException.notSent("s", "circuit open: s; next check in 7 s", after)))
        .isEqualTo(Outcome.Deferred.uncounted("circuit open: s; next check in 7 s", after));
  }

  @Test
  void aDefectIsRetriedAndShowsItsTypeOnly() {
    Outcome.Failed failed = failed(new NumberFormatException("For input string: \"s3cret\""));

    assertThat(failed.retryable()).isTrue();
    assertThat(failed.message()).isEqualTo("internal error (NumberFormatException); see the log");
  }

  @Test
  void cutsALongAnswer() {
    assertThat(
            failed(BackendException.answered("s", 500, "x".repeat(100_000), false, null)).message())
        .hasSizeLessThan(1_100);
  }

  @Test
  void keepsWhatThePlanHadWritten() {
    ReconcilePlan plan = new HalfDone();

    Outcome outcome = FailureClassifier.classify(answered(503), plan);

    assertThat(outcome.changes()).containsExactly(Change.create("device 1"));
    assertThat(outcome.details()).isEqualTo(Map.of("device_key", "shown once"));
  }

  private static final class HalfDone implements ReconcilePlan {
    @Override
    public List<Change> changes() {
      return List.of();
    }

    @Override
    public Outcome apply(WriteGate gate) {
      throw new IllegalStateException("not applied");
    }

    @Override
    public List<Change> written() {
      return List.of(Change.create("device 1"));
    }

    @Override
    public Map<String, @Nullable Object> unfinishedDetails() {
      return Map.of("device_key", "shown once");
    }
  }
}

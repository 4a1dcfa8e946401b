package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.backend.BackendException.Kind;
import doni.worker.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FailureClassifierTests {

  private static Outcome.Failed failure(Throwable thrown) {
    assertThat(FailureClassifier.of(thrown, false)).isInstanceOf(AttemptResult.Ended.class);
    return (Outcome.Failed) ((AttemptResult.Ended) FailureClassifier.of(thrown, false)).outcome();
  }

  @ParameterizedTest
  @CsvSource({
    "400, false",
    "401, false",
    "403, false",
    "404, false",
    "409, false",
    "429, true",
    "500, true",
    "502, true",
    "503, true",
    "504, true",
    "599, true",
    "302, false",
    "200, true"
  })
  void retriesWhatMayPass(int status, boolean retryable) {
    assertThat(failure(BackendException.answered("s", status, "t", false, null)).retryable())
        .isEqualTo(retryable);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"CONNECTION", "TIMEOUT"})
  void retriesACallWithoutAnAnswerAlsoWhenItWasAWrite(Kind kind) {
    assertThat(failure(BackendException.unanswered("s", kind, "t", true, null)).retryable())
        .isTrue();
  }

  @Test
  void namesServiceStatusAndText() {
    assertThat(failure(BackendException.answered("blazar", 418, "teapot", false, null)).message())
        .isEqualTo("blazar answered 418: teapot");
  }

  @Test
  void passesOnHowLongTheBackendWantsToBeLeftAlone() {
    assertThat(
            failure(BackendException.answered("s", 503, "t", false, Duration.ofSeconds(9))).after())
        .isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void doesNotHoldACallThatWasNotSentAgainstTheDevice() {
    assertThat(FailureClassifier.of(BackendException.notSent("s", "open", null), false))
        .isInstanceOf(AttemptResult.NotSent.class);
  }

  @Test
  void takesAnInterruptAtTheBottomOfAnExceptionForOne() {
    assertThat(FailureClassifier.of(new IllegalStateException(new InterruptedException()), false))
        .isInstanceOf(AttemptResult.Interrupted.class);
  }

  @Test
  void takesWhateverIsThrownWhileStoppingForAnInterrupt() {
    assertThat(
            FailureClassifier.of(
                BackendException.unanswered("s", Kind.CONNECTION, "t", false, null), true))
        .isInstanceOf(AttemptResult.Interrupted.class);
  }

  @Test
  void aDefectIsTriedAgainAndShowsItsTypeOnly() {
    Outcome.Failed failed = failure(new NumberFormatException("For input string: \"s3cret\""));

    assertThat(failed.retryable()).isTrue();
    assertThat(failed.message()).contains("NumberFormatException").doesNotContain("s3cret");
  }

  @Test
  void cutsALongAnswer() {
    assertThat(
            failure(BackendException.answered("s", 500, "x".repeat(100_000), false, null))
                .message())
        .hasSizeLessThan(1_100);
  }
}

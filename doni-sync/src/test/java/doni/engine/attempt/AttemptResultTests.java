package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.backend.BackendException.Kind;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AttemptResultTests {

  private final BackendException broken =
      BackendException.unanswered("blazar", Kind.CONNECTION, "reset", true, null);

  @Test
  void anInterruptInTheCausesIsAnInterruption() {
    assertThat(AttemptResult.thrown(new IllegalStateException(new InterruptedException()), false))
        .isInstanceOf(AttemptResult.Interrupted.class);
  }

  @Test
  void anyExceptionWhileStoppingIsAnInterruption() {
    assertThat(AttemptResult.thrown(broken, true)).isInstanceOf(AttemptResult.Interrupted.class);
  }

  @Test
  void recordsTheWritesBeforeAFailedCall() {
    AttemptResult result =
        AttemptResult.applying(
            failing(List.of(Change.create("device 1"))), WriteGate.OPEN, new InterruptGuard());

    assertThat(result)
        .isEqualTo(
            new AttemptResult.Ended(
                new Outcome.Failed(
                        "no connection to blazar: reset",
                        true,
                        null,
                        Map.of(),
                        List.of(Change.create("device 1")))
                    .at(Outcome.BlockedBy.BACKEND)));
  }

  @Test
  void leavesAFailureBeforeTheFirstWriteToTheCaller() {
    assertThatThrownBy(
            () -> AttemptResult.applying(failing(List.of()), WriteGate.OPEN, new InterruptGuard()))
        .isSameAs(broken);
  }

  @Test
  void aDefectAfterAWriteWhileStoppingIsAnInterruptionThatKeepsTheWrite() {
    List<Change> written = List.of(Change.create("device 1"));
    InterruptGuard stopping = new InterruptGuard();
    stopping.request();

    AttemptResult result = AttemptResult.applying(failing(written), WriteGate.OPEN, stopping);

    assertThat(result).isEqualTo(new AttemptResult.Interrupted(written, Map.of()));
  }

  private ReconcilePlan failing(List<Change> written) {
    return new ReconcilePlan() {
      @Override
      public List<Change> changes() {
        return List.of(Change.create("device 1"));
      }

      @Override
      public Outcome apply(WriteGate gate) {
        throw broken;
      }

      @Override
      public List<Change> written() {
        return written;
      }
    };
  }
}

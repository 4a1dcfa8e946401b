package doni.convergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.WriteGate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConvergingPlanTests {

  /** Drives a number to zero; each observation comes from a script. */
  private static class Countdown extends ConvergingPlan<Integer> {

    private final Deque<Integer> script;
    private int observations;

    Countdown(int observed, boolean current, Integer... script) {
      super(observed, current);
      this.script = new ArrayDeque<>(List.of(script));
    }

    @Override
    public List<Change> changes() {
      return observed() == 0 ? List.of() : List.of(change(observed()));
    }

    private static Change change(int observed) {
      return Change.update("counter", Integer.toString(observed), "0");
    }

    @Override
    protected Integer observe() {
      observations++;
      return script.size() > 1 ? script.removeFirst() : script.getFirst();
    }

    @Override
    protected Optional<Outcome> conclude(Integer observed) {
      return observed == 0
          ? Optional.of(new Outcome.Synced(Map.of(), List.of()))
          : Optional.empty();
    }

    @Override
    protected Optional<Outcome> write(Integer observed) {
      log().add(change(observed));
      return Optional.empty();
    }

    @Override
    protected String subject() {
      return "the counter";
    }
  }

  @Test
  void writesNothingWithoutDrift() {
    Countdown plan = new Countdown(0, false, 0);

    assertThat(plan.apply(WriteGate.OPEN)).isEqualTo(new Outcome.Synced(Map.of(), List.of()));
    assertThat(plan.observations).isZero();
  }

  @Test
  void observesAgainAfterAWrite() {
    Countdown plan = new Countdown(3, true, 0);

    assertThat(plan.apply(WriteGate.OPEN))
        .isEqualTo(new Outcome.Synced(Map.of(), List.of(Change.update("counter", "3", "0"))));
    assertThat(plan.observations).isEqualTo(1);
  }

  @Test
  void observesBeforeTheFirstWriteWhatCameFromAListing() {
    Countdown plan = new Countdown(3, false, 0);

    assertThat(plan.apply(WriteGate.OPEN)).isEqualTo(new Outcome.Synced(Map.of(), List.of()));
  }

  @Test
  void givesUpOnWhatAnotherClientKeepsChanging() {
    Outcome outcome = new Countdown(3, true, 3).apply(WriteGate.OPEN);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred ->
                assertThat(deferred.reason())
                    .isEqualTo("another client keeps overwriting the counter; retrying"));
    assertThat(outcome.changes()).hasSize(6);
  }

  @Test
  void keepsTheLogWhenACallFails() {
    Countdown plan =
        new Countdown(3, true, 0) {
          @Override
          protected Integer observe() {
            throw BackendException.answered("s", 503, "t", false, null);
          }
        };

    assertThatThrownBy(() -> plan.apply(WriteGate.OPEN)).isInstanceOf(BackendException.class);
    assertThat(plan.written()).containsExactly(Change.update("counter", "3", "0"));
  }
}

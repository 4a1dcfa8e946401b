package doni.worker.ironic;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done next, worked out of what was seen.
 *
 * @param acts to be done, in this order; then the node is looked at again, unless one of them
 *     changes its state
 * @param ending of the attempt when there is nothing to do, or after a change of state
 * @param memory at that ending
 */
record Step(List<Act> acts, Ending ending, Memory memory) {

  /** How an attempt ends. */
  sealed interface Ending {

    /** All is as it should be. */
    record Settled() implements Ending {}

    record Wait(String reason, Duration after) implements Ending {}

    /**
     * @param after not before; null leaves it to the engine
     */
    record Trouble(String message, boolean retryable, @Nullable Duration after) implements Ending {}

    /** Nothing of the deleted host is left. */
    record Gone() implements Ending {}
  }

  Step {
    acts = List.copyOf(acts);
  }

  static Step settled(Memory memory) {
    return new Step(List.of(), new Ending.Settled(), memory);
  }

  static Step waiting(String reason, Duration after, Memory memory) {
    return new Step(List.of(), new Ending.Wait(reason, after), memory);
  }

  static Step trouble(String message, boolean retryable, @Nullable Duration after, Memory memory) {
    return new Step(List.of(), new Ending.Trouble(message, retryable, after), memory);
  }

  /** Acts after which the node is looked at again. */
  static Step acting(List<Act> acts, Memory memory) {
    return new Step(acts, new Ending.Wait("Ironic is being told.", Course.SOON), memory);
  }

  boolean isSettled() {
    return ending instanceof Ending.Settled && acts.isEmpty();
  }

  boolean movesTheNode() {
    return acts.stream().anyMatch(Act.Move.class::isInstance);
  }
}

package doni.worker.ironic;

import doni.worker.Outcome;
import doni.worker.ironic.IronicObservedState.IronicNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next step for a host from the provision state of its node. Pure: it makes no calls.
 *
 * <pre>
 * enrolled: (absent) -create-> enroll -manage-> verifying -> manageable -provide-> cleaning -> available
 *           available -manage-> manageable -provide-> ... only for the connectivity of a port
 * deleted:  available, clean failed -manage-> manageable; enroll, manageable, adopt failed -delete-> (absent)
 * </pre>
 */
sealed interface HostStateMachine permits EnrolledHostStates, DeletedHostStates {

  /** For a step that only needs this attempt to be recorded first. */
  Duration SOON = Duration.ofMillis(50);

  Duration UNTIL_UNLOCKED = Duration.ofSeconds(5);

  /** For what people have to do, or do with a node that they use. */
  Duration MINUTES = Duration.ofMinutes(5);

  /** The end of a maintenance shows in no event. */
  Duration MAINTENANCE_CHECK = Duration.ofMinutes(1);

  String IN_USE = "Node is in use.";

  String LOCKED = "Node is locked.";

  String MAINTENANCE =
      "Node is in maintenance mode. Please take the node out of maintenance to apply this update.";

  /**
   * Returns the next step.
   *
   * @param written whether this attempt has written something already
   */
  HostStep next(
      IronicObservedState observed, IronicRecordedState recorded, boolean written, Instant now);

  /**
   * Returns the step after the first one, if its writes succeed and nothing else happens: for
   * plans, which observe once.
   */
  HostStep following(IronicObservedState observed, IronicRecordedState recorded, Instant now);

  /** Returns whether an attempt may go on after it has requested a change of state. */
  boolean continuesAfterStateChange();

  /**
   * One step.
   *
   * @param writes in order; then the node is observed again, unless one of them changes its state
   * @param ending how the attempt ends when there is nothing to write, or after a change of state;
   *     without details and changes
   * @param recorded at that ending
   */
  record HostStep(List<IronicWrite> writes, Outcome ending, IronicRecordedState recorded) {

    public HostStep {
      writes = List.copyOf(writes);
    }

    static HostStep steady(IronicRecordedState recorded) {
      return new HostStep(List.of(), new Outcome.Synced(Map.of(), List.of()), recorded.steady());
    }

    static HostStep gone(IronicRecordedState recorded) {
      return new HostStep(List.of(), new Outcome.Gone(List.of()), recorded);
    }

    static HostStep waiting(String reason, Duration after, IronicRecordedState recorded) {
      return new HostStep(List.of(), new Outcome.Deferred(reason, after, Map.of()), recorded);
    }

    /**
     * @param after not before; null leaves it to the engine
     */
    static HostStep failed(
        String message, boolean retryable, @Nullable Duration after, IronicRecordedState recorded) {
      return new HostStep(
          List.of(), new Outcome.Failed(message, retryable, after, Map.of()), recorded);
    }

    /** A failure of the machine or of how its management controller is enrolled. */
    static HostStep unverified(String message, Duration after, IronicRecordedState recorded) {
      return new HostStep(
          List.of(),
          new Outcome.Failed(message, true, after, Map.of()).at(Outcome.BlockedBy.DEVICE),
          recorded);
    }

    /** Writes after which the node is observed again. */
    static HostStep writing(List<IronicWrite> writes, IronicRecordedState recorded) {
      return new HostStep(
          writes, new Outcome.Deferred("writing to Ironic", SOON, Map.of()), recorded);
    }

    /** A change of state, and the wait that follows it. */
    static HostStep changingState(
        IronicWrite.SetProvisionState write,
        String reason,
        Duration after,
        IronicRecordedState recorded) {
      return new HostStep(List.of(write), new Outcome.Deferred(reason, after, Map.of()), recorded);
    }

    boolean isSteady() {
      return ending instanceof Outcome.Synced && writes.isEmpty();
    }

    boolean changesState() {
      return writes.stream().anyMatch(IronicWrite.SetProvisionState.class::isInstance);
    }
  }

  /** A locked node is not written. */
  static HostStep unlessLocked(IronicNode node, HostStep step, IronicRecordedState recorded) {
    return node.locked() && !step.writes().isEmpty()
        ? HostStep.waiting(LOCKED, UNTIL_UNLOCKED, recorded)
        : step;
  }

  /**
   * Waits for a state that ends by itself. Cleaning may take hours, so the waits grow with it, from
   * 15 seconds to a minute.
   */
  static HostStep inTransition(IronicNode node, IronicRecordedState recorded, Instant now) {
    IronicRecordedState waiting = recorded.inPhase(node.state(), now);
    Instant since = waiting.phase().map(IronicRecordedState.Phase::since).orElse(now);
    long quarter = Duration.between(since, now).toSeconds() / 4;
    return HostStep.waiting(
        "node in transition: state '%s'".formatted(node.state()),
        Duration.ofSeconds(Math.clamp(quarter, 15, 60)),
        waiting);
  }
}

package doni.worker.ironic;

import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.ProvisionState;
import doni.worker.ironic.IronicWrite.ProvisionTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The states of a deleted host: its node is deleted as soon as it is out of use, and never by
 * force.
 *
 * <p>In maintenance Ironic deletes a node in any state, even a deployed one. So the worker leaves
 * it alone, unless Ironic itself has set the maintenance because the machine does not answer: an
 * unplugged machine looks like that.
 *
 * @param inBlazar whether Blazar still has the host
 */
record DeletedHostStates(boolean inBlazar) implements HostStateMachine {

  private static final Duration BLAZAR_CHECK = Duration.ofMinutes(1);

  @Override
  public boolean continuesAfterStateChange() {
    return true;
  }

  @Override
  public HostStep next(
      IronicObservedState observed, IronicRecordedState recorded, boolean written, Instant now) {
    if (observed.node().isEmpty()) {
      return HostStep.gone(recorded);
    }
    if (inBlazar) {
      return HostStep.waiting(
          "host still in Blazar; its node is deleted after that", BLAZAR_CHECK, recorded);
    }
    IronicNode node = observed.node().get();
    return HostStateMachine.unlessLocked(node, byState(node, recorded, now), recorded);
  }

  /** A node that has left the pool is manageable at once. */
  @Override
  public HostStep following(
      IronicObservedState observed, IronicRecordedState recorded, Instant now) {
    return observed
        .node()
        .filter(node -> !node.maintenance() && leavesPoolFirst(node.provisionState()))
        .map(node -> deletion(node, recorded))
        .orElseGet(() -> HostStep.gone(recorded));
  }

  private static HostStep byState(IronicNode node, IronicRecordedState recorded, Instant now) {
    ProvisionState state = node.provisionState();
    if (node.inUse() || state == ProvisionState.CHANGING_USE) {
      return HostStep.waiting(IN_USE, MINUTES, recorded);
    }
    if (node.maintenance()) {
      return node.lostItsPower() && isDeletedWithoutPower(node)
          ? deletion(node, recorded)
          : HostStep.waiting(MAINTENANCE, MAINTENANCE_CHECK, recorded);
    }
    return switch (state) {
      case ENROLL, MANAGEABLE, ADOPT_FAILED -> deletion(node, recorded);
      case AVAILABLE, FAILED ->
          HostStep.writing(
              List.of(new IronicWrite.SetProvisionState(node, ProvisionTarget.MANAGE)), recorded);
      case VERIFYING, IN_TRANSITION, CHANGING_USE ->
          HostStateMachine.inTransition(node, recorded, now);
      case USE_FAILED, IN_USE ->
          HostStep.waiting(
              "node in state '%s', in which Ironic does not delete it".formatted(node.state()),
              MINUTES,
              recorded);
    };
  }

  /** Out of the pool first, so that it cannot be claimed in between. */
  private static boolean leavesPoolFirst(ProvisionState state) {
    return state == ProvisionState.AVAILABLE || state == ProvisionState.FAILED;
  }

  private static boolean isDeletedWithoutPower(IronicNode node) {
    return switch (node.state()) {
      case "enroll", "manageable", "available", "clean failed" -> true;
      default -> false;
    };
  }

  private static HostStep deletion(IronicNode node, IronicRecordedState recorded) {
    return HostStep.writing(List.of(new IronicWrite.DeleteIronicNode(node)), recorded);
  }
}

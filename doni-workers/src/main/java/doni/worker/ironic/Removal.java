package doni.worker.ironic;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The course of a deleted host: its node goes as soon as nobody uses it, and is never forced.
 *
 * <p>In maintenance Ironic deletes a node from any state, a deployed one, too. So there it is left
 * alone, unless Ironic itself has set the maintenance because the machine does not answer: one that
 * was unplugged looks like that.
 *
 * @param blazarHasIt whether Blazar has not let go of the host yet
 */
record Removal(boolean blazarHasIt) implements Course {

  private static final Duration UNTIL_BLAZAR_IS_DONE = Duration.ofMinutes(1);

  @Override
  public boolean goesOnAfterAMove() {
    return true;
  }

  @Override
  public Step next(Sighting seen, Memory memory, boolean changed, Instant now) {
    if (seen.node().isEmpty()) {
      return new Step(List.of(), new Step.Ending.Gone(), memory);
    }
    if (blazarHasIt) {
      return Step.waiting(
          "Blazar still has the host: its node is deleted after that.",
          UNTIL_BLAZAR_IS_DONE,
          memory);
    }
    Node node = seen.node().get();
    return Course.unlessLocked(node, inItsState(node, memory, now), memory);
  }

  /** A node that has left the pool is manageable at once. */
  @Override
  public Step afterwards(Sighting seen, Memory memory, Instant now) {
    return seen.node()
        .filter(node -> !node.maintenance())
        .filter(node ->
            switch (node.provisionState()) {
              case AVAILABLE, FAILED -> true;
              default -> false;
            })
        .map(node -> deletion(node, memory))
        .orElseGet(() -> new Step(List.of(), new Step.Ending.Gone(), memory));
  }

  private static Step inItsState(Node node, Memory memory, Instant now) {
    ProvisionState state = node.provisionState();
    if (node.inUse() || state == ProvisionState.CHANGING_USE) {
      return Step.waiting(IN_USE, MINUTES, memory);
    }
    if (node.maintenance()) {
      return node.lostItsPower() && mayGoWithoutPower(node)
          ? deletion(node, memory)
          : Step.waiting(MAINTENANCE, MINUTES, memory);
    }
    return switch (state) {
      case ENROLL, MANAGEABLE, ADOPT_FAILED -> deletion(node, memory);
      // Out of the pool first, so that nobody can claim it in between.
      case AVAILABLE, FAILED -> Step.acting(List.of(new Act.Move(node, Verb.MANAGE)), memory);
      case VERIFYING, IN_TRANSITION, CHANGING_USE -> Course.passing(node, memory, now);
      case USE_FAILED, IN_USE ->
          Step.waiting(
              "Ironic does not delete a node whose state is '%s'.".formatted(node.state()),
              MINUTES,
              memory);
    };
  }

  private static boolean mayGoWithoutPower(Node node) {
    return switch (node.state()) {
      case "enroll", "manageable", "available", "clean failed" -> true;
      default -> false;
    };
  }

  private static Step deletion(Node node, Memory memory) {
    return Step.acting(List.of(new Act.DeleteNode(node)), memory);
  }
}

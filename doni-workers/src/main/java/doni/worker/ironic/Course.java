package doni.worker.ironic;

import java.time.Duration;
import java.time.Instant;

/** Works out what to do next. Pure: asks nobody. */
interface Course {

  /** For what needs nothing but that this attempt is recorded. */
  Duration SOON = Duration.ofMillis(50);

  Duration UNTIL_UNLOCKED = Duration.ofSeconds(5);

  /** For what people have to do, or what they do with a node that they use. */
  Duration MINUTES = Duration.ofMinutes(5);

  String IN_USE = "Node is in use.";

  String LOCKED = "Node is locked.";

  String MAINTENANCE =
      "Node is in maintenance mode. Please take the node out of maintenance to apply this update.";

  /**
   * @param changed whether this attempt has written something already
   */
  Step next(Sighting seen, Memory memory, boolean changed, Instant now);

  /**
   * What would be next, had the first step's acts been done and had nothing else happened: for
   * plans, which look once.
   */
  Step afterwards(Sighting seen, Memory memory, Instant now);

  /** Whether an attempt may go on after a change of state. */
  boolean goesOnAfterAMove();

  /** A node whose lock is held is not written to. */
  static Step unlessLocked(Node node, Step step, Memory memory) {
    return node.locked() && !step.acts().isEmpty()
        ? Step.waiting(LOCKED, UNTIL_UNLOCKED, memory)
        : step;
  }

  /**
   * A state that passes by itself. Cleaning may take hours, so the waits grow with it, from 15
   * seconds to a minute.
   */
  static Step passing(Node node, Memory memory, Instant now) {
    Memory waiting = memory.in(node.state(), now);
    Instant since = waiting.phase().map(Memory.Phase::since).orElse(now);
    long quarter = Duration.between(since, now).toSeconds() / 4;
    return Step.waiting(
        "Ironic is busy with the node: its state is '%s'.".formatted(node.state()),
        Duration.ofSeconds(Math.clamp(quarter, 15, 60)),
        waiting);
  }
}

package doni.worker.ironic;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The course of an enrolled host: its node comes to be, is verified and made available, and is kept
 * as it should be. It leaves the pool only when the connectivity of a port differs and nobody has
 * claimed it.
 */
record Enrollment(Wish wish, long generation) implements Course {

  private static final String VERIFYING = "verifying";
  private static final Duration VERIFYING_LOOK = Duration.ofSeconds(5);

  /** The slowest BMC answers within a few minutes, all tries of Ironic included. */
  private static final Duration LONGEST_VERIFICATION = Duration.ofMinutes(10);

  private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
  private static final Duration LAST_RETRY = Duration.ofHours(1);

  /** Without cleaning, a node is available, or out of the pool, within a moment. */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  @Override
  public boolean goesOnAfterAMove() {
    return false;
  }

  @Override
  public Step next(Sighting seen, Memory memory, boolean changed, Instant now) {
    if (seen.node().isEmpty()) {
      return creation(memory);
    }
    return at(seen.node().get(), seen, memory, new Told(changed, false), now);
  }

  @Override
  public Step afterwards(Sighting seen, Memory memory, Instant now) {
    return seen.node()
        .map(node -> at(node, seen, memory, new Told(true, true), now))
        .orElseGet(() -> Step.waiting("Node is going to be verified.", SOON, memory));
  }

  private Step at(Node node, Sighting seen, Memory memory, Told told, Instant now) {
    Situation at =
        new Situation(
            node, Drift.between(wish, node, seen.ports(), memory.password()), memory, told, now);
    Step step = inItsState(at);
    if (node.maintenance() && !step.isSettled()) {
      step = inMaintenance(at);
    }
    return Course.unlessLocked(node, step, memory);
  }

  /**
   * @param drift that may be written in some state
   */
  private record Situation(Node node, Drift drift, Memory memory, Told told, Instant now) {

    boolean changed() {
      return told.changed();
    }

    Situation with(Drift left) {
      return new Situation(node, left, memory, told, now);
    }
  }

  /**
   * @param changed whether this attempt has written something already
   * @param allThatCanBe whether what can be written in the node's state is taken for written
   */
  private record Told(boolean changed, boolean allThatCanBe) {}

  private Step creation(Memory memory) {
    List<Act> acts = new ArrayList<>();
    acts.add(new Act.CreateNode(wish.node()));
    wish.ports().forEach(port -> acts.add(new Act.CreatePort(wish.node().uuid(), port)));
    return Step.acting(acts, memory);
  }

  private Step inItsState(Situation at) {
    return switch (at.node().provisionState()) {
      case ENROLL -> orElse(possible(at), at, this::verification);
      case MANAGEABLE -> orElse(possible(at), at, this::manageable);
      case AVAILABLE ->
          at.node().inUse() ? inUse(at) : orElse(at.drift().inPlace(), at, this::available);
      case IN_USE -> inUse(at);
      case CHANGING_USE ->
          at.drift().isEmpty()
              ? Step.settled(at.memory().arrived())
              : Step.waiting(IN_USE, MINUTES, at.memory().returned());
      case VERIFYING -> verifying(at);
      case IN_TRANSITION -> Course.passing(at.node(), at.memory(), at.now());
      case FAILED, ADOPT_FAILED, USE_FAILED ->
          orElse(at.drift().afterFailure(), at, Enrollment::failed);
    };
  }

  private static Step orElse(Drift writable, Situation at, Function<Situation, Step> otherwise) {
    if (at.told().allThatCanBe()) {
      return otherwise.apply(at.with(at.drift().without(writable)));
    }
    List<Act> acts = writable.acts(at.node().uuid());
    return acts.isEmpty() ? otherwise.apply(at) : Step.acting(acts, at.memory());
  }

  /** What Ironic has refused is not asked of it again until the enrollment has changed. */
  private Drift possible(Situation at) {
    return isRefused(at.memory()) ? at.drift().inPlace() : at.drift();
  }

  private boolean isRefused(Memory memory) {
    return memory.refusal().filter(it -> it.generation() == generation).isPresent();
  }

  private Step verification(Situation at) {
    Memory memory = at.memory();
    boolean failedNow = memory.isIn(VERIFYING) && at.node().error().isPresent() && !at.changed();
    if (failedNow) {
      int failed = memory.verification().map(Memory.Verification::failed).orElse(0) + 1;
      Duration wait = backOff(failed);
      return Step.trouble(
          error(at.node()),
          true,
          wait,
          memory.afterFailed(new Memory.Verification(failed, at.now().plus(wait), generation)));
    }
    Duration left =
        memory
            .verification()
            .filter(it -> it.generation() == generation && !at.changed())
            .map(it -> Duration.between(at.now(), it.next()))
            .orElse(Duration.ZERO);
    if (left.isPositive()) {
      return Step.trouble(error(at.node()), true, left, memory);
    }
    if (!memory.moved()) {
      return Step.waiting("Node is going to be verified.", SOON, memory.moving());
    }
    return new Step(
        List.of(new Act.Move(at.node(), Verb.MANAGE)),
        new Step.Ending.Wait("Node is being verified.", VERIFYING_LOOK),
        memory.beginning(VERIFYING, at.now()));
  }

  private static Duration backOff(int failed) {
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(failed - 1, 10));
    return wait.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : wait;
  }

  private static Step verifying(Situation at) {
    Memory memory = at.memory().in(VERIFYING, at.now());
    Instant since = memory.phase().map(Memory.Phase::since).orElse(at.now());
    return since.plus(LONGEST_VERIFICATION).isBefore(at.now())
        ? Step.trouble(
            "Ironic has been verifying the node for more than %d minutes."
                .formatted(LONGEST_VERIFICATION.toMinutes()),
            true,
            FIRST_RETRY,
            memory)
        : Step.waiting("Node is being verified.", VERIFYING_LOOK, memory);
  }

  /** A node that somebody else took out of the pool stays out of it. */
  private Step manageable(Situation at) {
    if (at.memory().moved()) {
      return new Step(
          List.of(new Act.Move(at.node(), Verb.PROVIDE)),
          new Step.Ending.Wait("Node is being made available.", MOMENT),
          at.memory().beginning("providing", at.now()));
    }
    return at.drift().isEmpty()
        ? Step.settled(at.memory().arrived())
        : refused(at.memory().returned());
  }

  private Step available(Situation at) {
    Memory memory = at.memory();
    if (at.drift().isEmpty()) {
      return Step.settled(memory.arrived());
    }
    if (isRefused(memory)) {
      return refused(memory.returned());
    }
    String reason = "Node leaves the pool for a moment: the connectivity of a port changes.";
    return memory.moved()
        ? new Step(
            List.of(new Act.Move(at.node(), Verb.MANAGE)),
            new Step.Ending.Wait(reason, MOMENT),
            memory.beginning("updating ports", at.now()))
        : Step.waiting(reason, SOON, memory.moving());
  }

  private static Step refused(Memory memory) {
    String text = memory.refusal().map(Memory.Refusal::text).orElse("");
    return Step.trouble(text, false, null, memory);
  }

  private static Step inUse(Situation at) {
    return orElse(
        at.drift().whileInUse(),
        at,
        left ->
            left.drift().isEmpty()
                ? Step.settled(left.memory().arrived())
                : Step.waiting(IN_USE, MINUTES, left.memory().returned()));
  }

  private static Step failed(Situation at) {
    return Step.trouble(
        "the node's state is '%s': %s".formatted(at.node().state(), error(at.node())),
        true,
        MINUTES,
        at.memory());
  }

  /**
   * Maintenance lifts Ironic's own restrictions, so nothing is written. Only a BMC that was lost is
   * told its right address, else Ironic could never find it again and end the maintenance.
   */
  private static Step inMaintenance(Situation at) {
    boolean mendable = at.node().lostItsPower() && !at.node().provisionState().passes();
    List<Act> acts =
        mendable && !at.told().allThatCanBe()
            ? at.drift().credentials().acts(at.node().uuid())
            : List.of();
    return new Step(acts, new Step.Ending.Wait(MAINTENANCE, MINUTES), at.memory());
  }

  private static String error(Node node) {
    return node.error().orElse("Ironic does not say why.");
  }
}

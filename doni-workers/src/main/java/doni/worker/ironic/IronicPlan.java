package doni.worker.ironic;

import doni.backend.BackendException;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes one step after the other on a course. After every step that wrote something the node is
 * looked at again, and only a look that finds nothing to do ends well. Of an enrolled host's node
 * the state is changed at most once, and what comes of it is left to a later attempt.
 */
final class IronicPlan implements ReconcilePlan {

  private static final int STEPS = 6;
  private static final Duration AFTER_A_REFUSAL = Duration.ofSeconds(30);

  /** Another node may be on its way out. */
  private static final Duration UNTIL_FREE = Duration.ofMinutes(5);

  private final BareMetal bareMetal;
  private final Target target;
  private final Clock clock;
  private final Sighting first;
  private final List<Change> written = new ArrayList<>();
  private Memory memory;
  private Optional<String> lastWords = Optional.empty();

  /**
   * @param wish empty for a deleted host
   */
  record Target(String uuid, long generation, Optional<Wish> wish, Course course) {}

  IronicPlan(BareMetal bareMetal, Target target, Memory memory, Sighting first, Clock clock) {
    this.bareMetal = bareMetal;
    this.target = target;
    this.memory = memory;
    this.first = first;
    this.clock = clock;
  }

  @Override
  public List<Change> changes() {
    Step step = next(first);
    List<Act> acts = new ArrayList<>(step.acts());
    boolean goesOn = !step.movesTheNode() || target.course().goesOnAfterAMove();
    if (!acts.isEmpty() && goesOn) {
      acts.addAll(target.course().afterwards(first, memory, clock.instant()).acts());
    }
    return acts.stream().flatMap(act -> act.changes().stream()).toList();
  }

  @Override
  public Optional<Outcome> conclusion() {
    Step step = next(first);
    return step.acts().isEmpty() ? Optional.of(outcome(step, first)) : Optional.empty();
  }

  /** Whether there is nothing to write and nothing to wait for. */
  boolean isSettled() {
    return next(first).isSettled();
  }

  @Override
  public Outcome apply() {
    return converge().withChanges(written);
  }

  @Override
  public List<Change> written() {
    return List.copyOf(written);
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return written.isEmpty() ? Map.of() : memory.details();
  }

  private Outcome converge() {
    Sighting seen = first;
    for (int taken = 0; taken < STEPS; taken++) {
      Step step = next(seen);
      if (step.acts().isEmpty()) {
        return end(step, seen);
      }
      Progress progress = perform(step.acts());
      if (progress instanceof Progress.Stopped(Outcome outcome)) {
        return outcome;
      }
      if (progress instanceof Progress.Done
          && step.movesTheNode()
          && !target.course().goesOnAfterAMove()) {
        return end(step, seen);
      }
      seen = bareMetal.look(target.uuid());
    }
    return lastWords
        .<Outcome>map(words -> new Outcome.Deferred(words, AFTER_A_REFUSAL, memory.details()))
        .orElseGet(() ->
            new Outcome.Failed(
                "Ironic takes what is written, but does not show it afterwards",
                true,
                null,
                memory.details()));
  }

  private Step next(Sighting seen) {
    return target.course().next(seen, memory, !written.isEmpty(), clock.instant());
  }

  /** How far the acts of a step came. */
  private sealed interface Progress {
    record Done() implements Progress {}

    /** Something was not as it was seen: look again. */
    record Again() implements Progress {}

    record Stopped(Outcome outcome) implements Progress {}
  }

  private Progress perform(List<Act> acts) {
    for (Act act : acts) {
      Progress progress = perform(act);
      if (!(progress instanceof Progress.Done)) {
        return progress;
      }
    }
    return new Progress.Done();
  }

  private Progress perform(Act act) {
    if (act instanceof Act.Move move && !isStillThere(move.from())) {
      return new Progress.Again();
    }
    Written answer;
    try {
      answer = act.on(bareMetal);
    } catch (BackendException e) {
      if (act instanceof Act.PatchPort port && port.touchesConnectivity() && isRefusal(e)) {
        memory =
            memory.refused(new Memory.Refusal(target.generation(), String.valueOf(e.getMessage())));
        return new Progress.Again();
      }
      throw e;
    }
    return switch (answer) {
      case Written.Done _ -> done(act);
      case Written.Absent _ -> new Progress.Again();
      case Written.Locked _ ->
          new Progress.Stopped(
              new Outcome.Deferred(Course.LOCKED, Course.UNTIL_UNLOCKED, memory.details()));
      case Written.WrongState(String text) -> {
        lastWords = Optional.of(text);
        yield new Progress.Again();
      }
      case Written.Taken(Written.Key key, String text) -> taken(key, text, act);
    };
  }

  private Progress done(Act act) {
    written.addAll(act.changes());
    boolean password =
        act instanceof Act.CreateNode
            || (act instanceof Act.PatchNode patch && patch.setsPassword());
    if (password) {
      memory =
          memory.withPassword(
              target.wish().flatMap(wish -> wish.node().password()).map(Fingerprint::of));
    }
    return new Progress.Done();
  }

  /** Ironic has no conditional write: the next best is to look right before a change of state. */
  private boolean isStillThere(Node node) {
    return bareMetal
        .node(node.uuid())
        .filter(now ->
            now.state().equals(node.state())
                && !now.locked()
                && now.maintenance() == node.maintenance()
                && now.inUse() == node.inUse())
        .isPresent();
  }

  private Progress taken(Written.Key key, String text, Act act) {
    return switch (key) {
      case NAME -> failed(text, true);
      case UUID ->
          bareMetal.node(target.uuid()).isPresent()
              ? new Progress.Again()
              : failed(text + " We cannot see it: the service user needs the role admin.", false);
      case MAC_ADDRESS ->
          bareMetal
              .portWith(act instanceof Act.CreatePort port ? port.wish().macAddress() : "")
              .filter(port -> !port.nodeUuid().equals(target.uuid()))
              .map(port ->
                  failed("%s It belongs to the node %s.".formatted(text, port.nodeUuid()), true))
              .orElseGet(Progress.Again::new);
    };
  }

  private Progress failed(String message, boolean retryable) {
    return new Progress.Stopped(
        new Outcome.Failed(message, retryable, retryable ? UNTIL_FREE : null, memory.details()));
  }

  private static boolean isRefusal(BackendException e) {
    return e.kind() == BackendException.Kind.STATUS
        && switch (e.status()) {
          case 401, 404, 408, 429 -> false;
          default -> e.status() >= 400 && e.status() < 500;
        };
  }

  private Outcome end(Step step, Sighting seen) {
    memory = step.memory();
    return outcome(step, seen);
  }

  private Outcome outcome(Step step, Sighting seen) {
    Map<String, @Nullable Object> details = step.memory().details();
    details.put("provision_state", seen.node().map(Node::state).orElse(null));
    return switch (step.ending()) {
      case Step.Ending.Settled() -> new Outcome.Synced(details, written);
      case Step.Ending.Wait(String reason, Duration after) ->
          new Outcome.Deferred(reason, after, details);
      case Step.Ending.Trouble(String message, boolean retryable, var after) ->
          new Outcome.Failed(masked(message), retryable, after, details);
      case Step.Ending.Gone() -> new Outcome.Gone(written);
    };
  }

  /** What a BMC's tool says may quote how it was called. */
  private String masked(String text) {
    return target
        .wish()
        .flatMap(wish -> wish.node().password())
        .map(password -> password.maskedIn(text))
        .orElse(text);
  }
}

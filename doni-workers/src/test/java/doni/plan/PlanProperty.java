package doni.plan;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.simulator.http.Call;
import doni.simulator.http.Calls;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Makes random changes, here and in a backend, and holds the plan after each one against the calls
 * of the attempt that follows it. The seed is fixed unless {@code -Ddoni.plan.seed} gives another.
 */
public final class PlanProperty {

  private static final long SEED = Long.getLong("doni.plan.seed", 20_310_303L);

  private final Random random = new Random(SEED);
  private final Calls calls;
  private final Function<Change, String> callOf;
  private final UnaryOperator<String> comparable;

  /**
   * @param calls what the backend was asked
   * @param callOf the write that makes a change, as {@code PATCH /nodes/a}; of a creation the path
   *     names no object
   */
  public PlanProperty(Calls calls, Function<Change, String> callOf) {
    this(calls, callOf, UnaryOperator.identity());
  }

  /**
   * @param comparable a write without what no change can know of it
   */
  public PlanProperty(
      Calls calls, Function<Change, String> callOf, UnaryOperator<String> comparable) {
    this.calls = calls;
    this.callOf = callOf;
    this.comparable = comparable;
  }

  /** One kind of change; may change nothing. */
  public interface Disturbance {
    String disturb(Random random) throws Exception;
  }

  /**
   * Changes, plans, attempts.
   *
   * @param plan looks as an attempt does
   * @param attempt looks and writes, and keeps what was reported
   * @param settle attempts until nothing is left to write; between some of the changes only
   */
  public void holds(
      int changes,
      List<Disturbance> kinds,
      Supplier<ReconcilePlan> plan,
      Supplier<Outcome> attempt,
      Consumer<Outcome> settle)
      throws Exception {
    System.out.println("plans: seed " + SEED);
    List<String> history = new ArrayList<>();
    int wrote = 0;
    for (int i = 0; i < changes; i++) {
      int atOnce = 1 + random.nextInt(3);
      for (int k = 0; k < atOnce; k++) {
        history.add(i + ": " + kinds.get(random.nextInt(kinds.size())).disturb(random));
      }
      calls.clear();
      List<String> announced = normalized(announced(plan).map(callOf));
      assertThat(writes()).as("a plan writes nothing").isEmpty();
      calls.clear();
      Outcome outcome = attempted(attempt);
      List<String> made = normalized(writes().stream().map(comparable));
      assertThat(announced)
          .as(
              "seed %d, the last changes: %s; then %s",
              SEED, history.subList(Math.max(0, history.size() - 6), history.size()), outcome)
          .isEqualTo(made);
      wrote += made.isEmpty() ? 0 : 1;
      if (outcome instanceof Outcome.Synced) {
        assertThat(announced(plan)).as("what agrees has an empty plan").isEmpty();
      }
      if (random.nextInt(4) > 0) {
        settle.accept(outcome);
      }
    }
    assertThat(wrote).as("changes after which something was written").isGreaterThan(changes / 4);
  }

  /** As the planner: what waits or cannot be done writes nothing. */
  private static Stream<Change> announced(Supplier<ReconcilePlan> look) {
    try {
      ReconcilePlan plan = look.get();
      boolean stopped =
          plan.conclusion()
              .filter(outcome ->
                  outcome instanceof Outcome.Deferred || outcome instanceof Outcome.Failed)
              .isPresent();
      return stopped ? Stream.empty() : plan.changes().stream();
    } catch (BackendException e) {
      return Stream.empty();
    }
  }

  private static Outcome attempted(Supplier<Outcome> attempt) {
    try {
      return attempt.get();
    } catch (BackendException e) {
      return new Outcome.Failed(String.valueOf(e.getMessage()), true, null, Map.of());
    }
  }

  private List<String> writes() {
    return calls.all().stream()
        .filter(Call::isWrite)
        .map(call -> call.method() + " " + call.path())
        .toList();
  }

  /** One write can make several changes of an object, so changes of one object count once. */
  private static List<String> normalized(Stream<String> writes) {
    List<String> result = new ArrayList<>();
    writes
        .sorted()
        .filter(
            write -> !write.startsWith("P") || write.startsWith("POST") || !result.contains(write))
        .forEach(result::add);
    return result;
  }
}

package doni.testing;

import doni.worker.Attempt;
import doni.worker.Change;
import doni.worker.Hold;
import doni.worker.Nudge;
import doni.worker.Outcome;
import doni.worker.Plan;
import doni.worker.Worker;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A worker that does what the test says, and remembers what it was asked. */
public class TestWorker implements Worker {

  private final String type;
  private final Set<String> follows;
  private final Function<Attempt, Outcome> behaviour;
  private final AtomicReference<@Nullable Hold> hold = new AtomicReference<>();
  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private volatile Nudge nudge = Nudge.NONE;
  private volatile boolean stopped;
  private boolean identifiesByName;
  private volatile List<Change> planned = List.of();

  public TestWorker(String type, Function<Attempt, Outcome> behaviour) {
    this(type, Set.of(), behaviour);
  }

  public TestWorker(String type, Set<String> follows, Function<Attempt, Outcome> behaviour) {
    this.type = type;
    this.follows = Set.copyOf(follows);
    this.behaviour = behaviour;
  }

  /** Agrees with whatever is wanted. */
  public static TestWorker agreeing(String type) {
    return new TestWorker(type, TestWorker::agree);
  }

  public static Outcome agree(Attempt attempt) {
    return attempt.device().deleted()
        ? new Outcome.Gone(List.of())
        : new Outcome.Synced(Map.of(), List.of());
  }

  @Override
  public String type() {
    return type;
  }

  /** From now on it says so of itself. */
  public TestWorker identifyingByName() {
    identifiesByName = true;
    return this;
  }

  @Override
  public boolean identifiesByName() {
    return identifiesByName;
  }

  @Override
  public Set<String> follows() {
    return follows;
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of("key");
  }

  @Override
  public Plan plan(Attempt attempt) {
    attempts.add(attempt);
    return new Plan() {
      @Override
      public List<Change> changes() {
        return planned;
      }

      @Override
      public Outcome apply() {
        return behaviour.apply(attempt);
      }
    };
  }

  /** What its plans say from now on that they would write. */
  public void plans(Change... changes) {
    planned = List.of(changes);
  }

  @Override
  public Optional<Hold> hold() {
    return Optional.ofNullable(hold.get());
  }

  public void hold(@Nullable Hold newHold) {
    hold.set(newHold);
  }

  @Override
  public void start(Nudge newNudge) {
    nudge = newNudge;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  public boolean stopped() {
    return stopped;
  }

  public Nudge nudge() {
    return nudge;
  }

  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }
}

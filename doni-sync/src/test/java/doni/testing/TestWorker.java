package doni.testing;

import doni.worker.Change;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import doni.worker.WriteGate;
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
  private final Function<ReconcileContext, Outcome> behaviour;
  private final AtomicReference<@Nullable LanePause> hold = new AtomicReference<>();
  private final Queue<ReconcileContext> attempts = new ConcurrentLinkedQueue<>();
  private volatile RequeueTrigger nudge = RequeueTrigger.NONE;
  private volatile boolean stopped;
  private boolean identifiesByName;
  private volatile List<Change> planned = List.of();

  public TestWorker(String type, Function<ReconcileContext, Outcome> behaviour) {
    this(type, Set.of(), behaviour);
  }

  public TestWorker(
      String type, Set<String> follows, Function<ReconcileContext, Outcome> behaviour) {
    this.type = type;
    this.follows = Set.copyOf(follows);
    this.behaviour = behaviour;
  }

  /** Agrees with whatever is wanted. */
  public static TestWorker agreeing(String type) {
    return new TestWorker(type, TestWorker::agree);
  }

  public static Outcome agree(ReconcileContext attempt) {
    return attempt.hardware().deleted()
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
  public Set<String> dependsOn() {
    return follows;
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of("key");
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    attempts.add(attempt);
    return new ReconcilePlan() {
      @Override
      public List<Change> changes() {
        return planned;
      }

      @Override
      public Outcome apply(WriteGate gate) {
        planned.forEach(_ -> gate.pass());
        return behaviour.apply(attempt);
      }
    };
  }

  /** What its plans say from now on that they would write. */
  public void plans(Change... changes) {
    planned = List.of(changes);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.ofNullable(hold.get());
  }

  public void hold(@Nullable LanePause newHold) {
    hold.set(newHold);
  }

  @Override
  public void start(RequeueTrigger newNudge) {
    nudge = newNudge;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  public boolean stopped() {
    return stopped;
  }

  public RequeueTrigger nudge() {
    return nudge;
  }

  public List<ReconcileContext> attempts() {
    return List.copyOf(attempts);
  }
}

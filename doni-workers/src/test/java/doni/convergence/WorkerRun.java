package doni.convergence;

import doni.backend.BackendException;
import doni.enrollment.Hardware;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.WriteGate;
import doni.worker.WriteGate.ClosedGateException;
import doni.worker.WriteGate.ClosedGateException.ClosedReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs attempts as the engine does, with recorded details from one to the next. */
final class WorkerRun {

  private static final int MAX_ATTEMPTS = 25;

  private final WorkerBench bench;
  private final Map<String, Object> recorded = new LinkedHashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private @Nullable Hardware lostHardware;
  private Map<String, Object> lostDetails = Map.of();

  WorkerRun(WorkerBench bench) {
    this.bench = bench;
  }

  Map<String, Object> recorded() {
    return Map.copyOf(recorded);
  }

  /** Returns the device as it is compared with a listing of the site. */
  RecordedDevice recordedDevice(Hardware hardware) {
    Map<String, Object> details = new LinkedHashMap<>(recorded);
    details.keySet().removeAll(bench.worker().secretDetails());
    return new RecordedDevice(hardware.id(), hardware.name(), details);
  }

  WorkerBench bench() {
    return bench;
  }

  /** Returns what all attempts so far reported as written. */
  List<Change> changes() {
    return List.copyOf(changes);
  }

  ReconcilePlan plan(Hardware hardware, Cause cause) {
    return bench
        .worker()
        .plan(new ReconcileContext(hardware, recorded, cause, bench.dependencies(hardware)));
  }

  /** Makes one attempt; a failed call is classified as the engine does. */
  Outcome attempt(Hardware hardware, Cause cause) {
    Outcome outcome;
    try {
      outcome = apply(plan(hardware, cause));
    } catch (BackendException e) {
      outcome = FailureClassifier.classify(e);
    }
    changes.addAll(outcome.changes());
    HardwareFixture.record(recorded, outcome);
    return outcome;
  }

  private static Outcome apply(ReconcilePlan plan) {
    try {
      return plan.apply(WriteGate.OPEN);
    } catch (BackendException e) {
      return FailureClassifier.classify(e, plan);
    }
  }

  /**
   * Applies a plan in a lane in shadow, and records nothing. The engine does not even apply a plan
   * that names changes.
   *
   * @return what would be written; empty where the worker waits or has nothing to write
   */
  List<Change> shadow(Hardware hardware, Cause cause) {
    ReconcilePlan plan = plan(hardware, cause);
    try {
      var _ =
          plan.apply(() -> {
            throw new ClosedGateException(ClosedReason.SHADOW);
          });
    } catch (ClosedGateException _) {
      // It would write.
    }
    return plan.conclusion().isPresent() ? List.of() : plan.changes();
  }

  /** Makes an attempt whose process dies: only what it announced is recorded. */
  void crash(Hardware hardware, Cause cause) {
    try {
      plan(hardware, cause).apply(new AnnouncingGate());
    } catch (BackendException _) {
      // The process is dead; only the backend remembers.
    }
  }

  /** Admits every write, and records what is announced. */
  private final class AnnouncingGate implements WriteGate {
    @Override
    public void pass() {}

    @Override
    public void announce(Map<String, @Nullable Object> details) {
      HardwareFixture.record(
          recorded, new Outcome.Deferred("announced", null, Map.of()).withDetails(details));
    }
  }

  /**
   * Makes an attempt whose claim is lost before its outcome is recorded.
   *
   * @return whether it ended early: at the gate, or because what the write in flight belongs to was
   *     deleted meanwhile
   */
  boolean lose(Hardware hardware, WriteGate gate) {
    Map<String, Object> before = new LinkedHashMap<>(recorded);
    ReconcilePlan plan = plan(hardware, Cause.REQUESTED);
    Map<String, Object> lost = new LinkedHashMap<>(before);
    boolean closed = false;
    try {
      HardwareFixture.record(lost, plan.apply(gate));
    } catch (ClosedGateException e) {
      closed = true;
      HardwareFixture.record(
          lost,
          new Outcome.Deferred("claim lost", null, Map.of()).withDetails(plan.unfinishedDetails()));
    } catch (BackendException e) {
      closed = true;
      HardwareFixture.record(lost, FailureClassifier.classify(e, plan));
    }
    lostHardware = hardware;
    lostDetails = lost;
    return closed;
  }

  /** Hands what the lost attempt may have written on to the next attempt for the device. */
  void handOn() {
    Map<String, @Nullable Object> found =
        bench.worker().detailsAfterLoss(lostContext(), Map.copyOf(recorded));
    HardwareFixture.record(
        recorded, new Outcome.Deferred("handed on", null, Map.of()).withDetails(found));
  }

  /** Cleans up after a device that is gone with what the lost attempt would have recorded. */
  void handOnAsLeftover() {
    recorded.clear();
    recorded.putAll(lostDetails);
  }

  private ReconcileContext lostContext() {
    return new ReconcileContext(
        Objects.requireNonNull(lostHardware),
        lostDetails,
        Cause.REQUESTED,
        bench.dependencies(lostHardware));
  }

  /** Makes attempts until the device is steady, or gone where it is deleted. */
  Outcome settle(Hardware hardware) {
    Outcome outcome = attempt(hardware, Cause.REQUESTED);
    for (int attempts = 1; !isSettled(outcome); attempts++) {
      if (attempts == MAX_ATTEMPTS) {
        throw new AssertionError("not steady after %d attempts: %s".formatted(attempts, outcome));
      }
      bench.proceed(hardware);
      outcome = attempt(hardware, Cause.REQUESTED);
    }
    return outcome;
  }

  /** Makes some attempts, after which the device need not be steady. */
  void attempts(Hardware hardware) {
    for (int i = 0; i < 5; i++) {
      attempt(hardware, Cause.REQUESTED);
      bench.proceed(hardware);
    }
  }

  private static boolean isSettled(Outcome outcome) {
    return outcome instanceof Outcome.Synced || outcome instanceof Outcome.Gone;
  }
}

package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskReader.DecryptedTask;
import doni.worker.Change;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Computes what an attempt would write now: the first half of an attempt. Nothing is written to a
 * backend, and nothing is recorded.
 */
public final class Planner {

  /** Longer than a worker's call to its backend may take, shorter than clients wait. */
  public static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * One worker's part.
   *
   * @param changes in order; empty when the backend agrees, and when there is a reason
   * @param reason why it cannot be said what would be written, or what the worker waits for before
   *     it writes anything; null where the changes are the answer
   * @param shadow whether the lane is in shadow and so writes none of them
   */
  public record WorkerPlan(
      String workerType, List<Change> changes, @Nullable String reason, boolean shadow) {
    public WorkerPlan {
      changes = List.copyOf(changes);
    }

    /** Creates the plan of a worker whose lane writes. */
    public WorkerPlan(String workerType, List<Change> changes, @Nullable String reason) {
      this(workerType, changes, reason, false);
    }

    static WorkerPlan unknown(String workerType, String reason) {
      return new WorkerPlan(workerType, List.of(), reason);
    }
  }

  private final WorkerTaskReader tasks;
  private final List<Worker> workers;
  private final Function<String, ResyncPolicy> policies;
  private final boolean running;
  private final Duration patience;

  /**
   * @param workers the enabled ones
   * @param policies by worker type
   * @param running whether their lanes run at this replica: a worker is started with its lane
   * @param patience how long the workers, side by side, may take to observe
   */
  public Planner(
      WorkerTaskReader tasks,
      List<Worker> workers,
      Function<String, ResyncPolicy> policies,
      boolean running,
      Duration patience) {
    this.tasks = tasks;
    this.workers = List.copyOf(workers);
    this.policies = policies;
    this.running = running;
    this.patience = patience;
  }

  /** The plan of each worker that has a task for the device. */
  public List<WorkerPlan> of(HardwareId id) {
    return of(id, null, Map.of());
  }

  /**
   * The plan of each worker that has a task for the device, after a change that is not made.
   *
   * @param change of the device's desired state; null for none
   */
  public List<WorkerPlan> of(HardwareId id, @Nullable UnaryOperator<Hardware> change) {
    return of(id, change, Map.of());
  }

  /**
   * As {@link #of(HardwareId)}, for one of many devices.
   *
   * @param permits by worker type: how many plans observe its backend at the same time; a worker
   *     without an entry has no limit
   */
  List<WorkerPlan> of(HardwareId id, Map<String, Semaphore> permits) {
    return of(id, null, permits);
  }

  private List<WorkerPlan> of(
      HardwareId id, @Nullable UnaryOperator<Hardware> change, Map<String, Semaphore> permits) {
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("plan-", 0).factory());
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      Map<Worker, Future<Optional<WorkerPlan>>> asked = new LinkedHashMap<>();
      workers.forEach(
          worker -> asked.put(worker, threads.submit(() -> plan(worker, id, change, permits))));
      List<WorkerPlan> plans = new ArrayList<>();
      asked.forEach((worker, plan) -> await(worker, plan, deadline).ifPresent(plans::add));
      return plans;
    } finally {
      // A worker that is still observing is not waited for; it only reads.
      threads.shutdownNow();
    }
  }

  private Optional<WorkerPlan> await(
      Worker worker, Future<Optional<WorkerPlan>> plan, long deadline) {
    try {
      return plan.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.of(
          WorkerPlan.unknown(
              worker.type(), "no response from its backend within " + patience.toSeconds() + " s"));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof DataAccessException failure) {
        // The worker is not at fault, and its plan is not known.
        throw failure;
      }
      if (cause instanceof TransactionException failure) {
        throw failure;
      }
      return Optional.of(WorkerPlan.unknown(worker.type(), reason(cause)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(WorkerPlan.unknown(worker.type(), "the service is stopping"));
    }
  }

  private Optional<WorkerPlan> plan(
      Worker worker,
      HardwareId id,
      @Nullable UnaryOperator<Hardware> change,
      Map<String, Semaphore> permits)
      throws InterruptedException {
    Optional<WorkerTask> task = tasks.read(id, worker.type(), worker.dependsOn());
    if (task.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> obstacle = obstacle(worker);
    if (obstacle.isPresent()) {
      return Optional.of(WorkerPlan.unknown(worker.type(), obstacle.get()));
    }
    WorkerTask planned = change == null ? task.get() : task.get().requested();
    Semaphore lane = permits.get(worker.type());
    if (lane == null) {
      return Optional.of(plan(worker, id, planned, change));
    }
    lane.acquire();
    try {
      return Optional.of(plan(worker, id, planned, change));
    } finally {
      lane.release();
    }
  }

  private WorkerPlan plan(
      Worker worker, HardwareId id, WorkerTask task, @Nullable UnaryOperator<Hardware> change) {
    AttemptScope scope = new AttemptScope(worker, task, policies.apply(worker.type()), Map.of());
    return scope
        .withoutWorker()
        .map(outcome -> WorkerPlan.unknown(worker.type(), withoutWorker(outcome)))
        .orElseGet(() -> observe(scope, id, change));
  }

  /** An attempt that succeeds without a look leaves drift alone unseen. */
  private static String withoutWorker(Outcome outcome) {
    return Optional.ofNullable(obstacle(outcome))
        .orElse("drift in this lane is ignored; see doni.sync.lanes");
  }

  private Optional<String> obstacle(Worker worker) {
    if (!worker.reconciles()) {
      return Optional.of("this worker only declares properties");
    }
    if (!running) {
      return Optional.of(
          "this replica runs no lanes (doni.sync.enabled=false); ask a replica that does");
    }
    return worker.lanePause().map(LanePause::reason);
  }

  private WorkerPlan observe(
      AttemptScope scope, HardwareId id, @Nullable UnaryOperator<Hardware> change) {
    Worker worker = scope.worker();
    DecryptedTask given = tasks.decrypt(id, worker.type(), scope.task());
    Hardware hardware = change == null ? given.hardware() : change.apply(given.hardware());
    ReconcilePlan plan =
        worker.plan(
            new ReconcileContext(hardware, given.details(), scope.cause(), given.dependencies()));
    List<Change> changes = plan.changes();
    if (scope.driftMode() == ResyncPolicy.DriftMode.REPORT && !changes.isEmpty()) {
      return WorkerPlan.unknown(
          worker.type(),
          "drift in this lane is reported and left alone; see doni.sync.lanes; differences: "
              + changes.size());
    }
    boolean shadow = scope.policy().isShadow();
    if (!shadow && !changes.isEmpty() && tasks.isQuarantined(id)) {
      return WorkerPlan.unknown(
          worker.type(), "the device is quarantined; differences: " + changes.size());
    }
    String reason = plan.conclusion().map(Planner::obstacle).orElse(null);
    return new WorkerPlan(worker.type(), reason == null ? changes : List.of(), reason, shadow);
  }

  private static @Nullable String obstacle(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Synced synced -> synced.unrepaired().map(UnrepairedDrift::reason).orElse(null);
      case Outcome.Gone _ -> null;
      case Outcome.Deferred deferred -> FailureClassifier.bounded(deferred.reason());
      case Outcome.Failed failed -> FailureClassifier.bounded(failed.message());
    };
  }

  private static String reason(Throwable thrown) {
    return AttemptResult.thrown(thrown, false) instanceof AttemptResult.Ended(Outcome outcome)
        ? Optional.ofNullable(obstacle(outcome)).orElse("unknown")
        : "the service is stopping";
  }
}

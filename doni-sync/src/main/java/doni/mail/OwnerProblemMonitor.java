package doni.mail;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareView;
import doni.hardwaretype.HardwareTypes;
import doni.mail.OwnerProblem.ProblemCause;
import doni.mail.OwnerProblemStore.ExpectedSteps;
import doni.readiness.DeviceReadiness.ReadyStep;
import doni.readiness.ReadinessService;
import doni.task.LanePauseReader;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Works out which devices have a problem that their owner can do something about. It compares the
 * stored problems with the state of the devices, so it needs no event and misses none.
 *
 * <p>A device that is stuck because a lane is paused waits for the site, not for its owner.
 */
final class OwnerProblemMonitor {

  private static final Logger LOG = LoggerFactory.getLogger(OwnerProblemMonitor.class);

  private final OwnerProblemStore store;
  private final HardwareReader hardware;
  private final ReadinessService readiness;
  private final HardwareTypes types;
  private final LanePauseReader pauses;
  private final TransactionTemplate transaction;
  private final Clock clock;

  OwnerProblemMonitor(
      OwnerProblemStore store,
      HardwareReader hardware,
      ReadinessService readiness,
      HardwareTypes types,
      LanePauseReader pauses,
      TransactionTemplate transaction,
      Clock clock) {
    this.store = store;
    this.hardware = hardware;
    this.readiness = readiness;
    this.types = types;
    this.pauses = pauses;
    this.transaction = transaction;
    this.clock = clock;
  }

  /** Works out the problems of all devices, unless another replica is doing so. */
  void update() {
    List<ExpectedSteps> expected = expectedSteps();
    Instant now = clock.instant();
    Boolean updated =
        transaction.execute(_ -> {
          boolean claimed = store.claimPass();
          if (claimed) {
            store.update(expected, now);
          }
          return claimed;
        });
    if (Boolean.TRUE.equals(updated)) {
      store.toExamine(now).forEach(id -> examineOrPostpone(id, now));
    }
  }

  /** One device that cannot be read must not keep the others from being examined. */
  private void examineOrPostpone(HardwareId id, Instant now) {
    try {
      examine(id, now);
    } catch (RuntimeException e) {
      LOG.warn("The problem of device {} was not examined", id, e);
      store.postpone(id, now);
    }
  }

  private List<ExpectedSteps> expectedSteps() {
    List<ExpectedSteps> all = new ArrayList<>();
    for (String type : types.names()) {
      for (String workerType : types.workersOf(type)) {
        Worker worker = types.worker(workerType);
        String steps =
            worker == null
                ? ""
                : worker.milestones(Map.of()).stream()
                    .map(milestone -> milestone.step().wireName())
                    .collect(Collectors.joining(","));
        all.add(new ExpectedSteps(type, workerType, steps));
      }
    }
    return all;
  }

  private void examine(HardwareId id, Instant now) {
    Optional<HardwareView> found = hardware.find(id.toString());
    if (found.isEmpty()) {
      store.postpone(id, now);
      return;
    }
    HardwareView device = found.get();
    Optional<ReadyStep> step = readiness.of(device).current();
    Optional<WorkerReport> failed =
        device.workers().stream()
            .filter(report -> report.state() == TaskState.ERROR)
            .filter(report -> !isPaused(report.workerType()))
            .findFirst();
    if (failed.isPresent()) {
      WorkerReport report = failed.get();
      String why = report.whyNotSteady().orElse("the last attempt failed");
      store.explain(id, report.workerType() + ": " + why, ProblemCause.STUCK.advice());
    } else if (step.isPresent() && !isPaused(step.get().workerType())) {
      explain(id, step.get());
    } else {
      store.postpone(id, now);
    }
  }

  private void explain(HardwareId id, ReadyStep step) {
    String reason = step.reason() == null ? "" : step.reason();
    String advice = step.advice() == null ? ProblemCause.STUCK.advice() : step.advice();
    store.explain(
        id, "the step '%s' is not reached: %s".formatted(step.step().wireName(), reason), advice);
  }

  private boolean isPaused(@Nullable String workerType) {
    return workerType != null && pauses.current().containsKey(workerType);
  }
}

package doni.readiness;

import doni.enrollment.HardwareId;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a device is on its way to Ready.
 *
 * @param steps all steps of the device's hardware type, in order
 */
public record DeviceReadiness(HardwareId id, String name, List<ReadyStep> steps) {

  private static final String OPERATOR =
      "the site's operator removes the cause; Doni tries again by itself";

  public DeviceReadiness {
    steps = List.copyOf(steps);
  }

  /** Where a device stands in relation to a step. */
  public enum StepStatus {
    REACHED,
    /** The first step that is not reached. */
    CURRENT,
    AHEAD;

    /** Returns the status as clients see it. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One step.
   *
   * @param since when the device reached it, or since when it has stood at it; null where that is
   *     not recorded
   * @param workerType the worker that answers for it; null for the enrollment
   * @param reason what is missing; null when it is reached
   * @param advice what to do next; only of the current step
   */
  public record ReadyStep(
      Step step,
      StepStatus status,
      @Nullable Instant since,
      @Nullable String workerType,
      @Nullable String reason,
      @Nullable String advice) {}

  /**
   * What one worker says.
   *
   * @param report the state of its task
   * @param reachedAt when a milestone was reached, where that is recorded
   */
  record WorkerMilestone(WorkerReport report, Milestone milestone, @Nullable Instant reachedAt) {

    /** Returns this milestone for a device that some backend has seen: that one has booted. */
    WorkerMilestone afterBoot() {
      return milestone.step() == Step.BOOTED && !milestone.isReached()
          ? new WorkerMilestone(report, Milestone.reached(Step.BOOTED), reachedAt)
          : this;
    }
  }

  /** Works out the steps of a device from what its workers say. */
  static DeviceReadiness of(
      HardwareId id, String name, Instant enrolledAt, List<WorkerMilestone> milestones) {
    List<ReadyStep> steps = new ArrayList<>();
    steps.add(new ReadyStep(Step.ENROLLED, StepStatus.REACHED, enrolledAt, null, null, null));
    Instant last = enrolledAt;
    boolean stands = false;
    for (WorkerMilestone one : ordered(milestones)) {
      if (one.milestone().isReached()) {
        steps.add(reached(one));
        last = stands || one.reachedAt() == null ? last : later(last, one.reachedAt());
      } else {
        steps.add(stands ? ahead(one) : current(one, last));
        stands = true;
      }
    }
    return new DeviceReadiness(id, name, steps);
  }

  private static List<WorkerMilestone> ordered(List<WorkerMilestone> milestones) {
    return milestones.stream().sorted(Comparator.comparing(one -> one.milestone().step())).toList();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static ReadyStep reached(WorkerMilestone one) {
    return new ReadyStep(
        one.milestone().step(),
        StepStatus.REACHED,
        one.reachedAt(),
        one.report().workerType(),
        null,
        null);
  }

  private static ReadyStep ahead(WorkerMilestone one) {
    return new ReadyStep(
        one.milestone().step(),
        StepStatus.AHEAD,
        null,
        one.report().workerType(),
        one.milestone().missing(),
        null);
  }

  /** What keeps the worker from working comes before what the device lacks. */
  private static ReadyStep current(WorkerMilestone one, Instant since) {
    WorkerReport report = one.report();
    boolean failed = report.state() == TaskState.ERROR;
    String missing = one.milestone().missing();
    String reason =
        report
            .whyNotSteady()
            .map(why -> missing + "; " + report.workerType() + ": " + why)
            .orElse(missing);
    return new ReadyStep(
        one.milestone().step(),
        StepStatus.CURRENT,
        since,
        report.workerType(),
        reason,
        failed ? OPERATOR : one.milestone().advice());
  }

  /** Returns whether every step is reached. */
  public boolean isReady() {
    return current().isEmpty();
  }

  /** Returns the step at which the device stands; empty when it is Ready. */
  public Optional<ReadyStep> current() {
    return steps.stream().filter(step -> step.status() == StepStatus.CURRENT).findFirst();
  }
}

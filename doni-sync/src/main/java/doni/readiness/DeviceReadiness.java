package doni.readiness;

import doni.enrollment.HardwareId;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.worker.Outcome.BlockedBy;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a device is on its way to Ready.
 *
 * @param steps all steps of the device's hardware type, in order
 * @param problems what blocks workers that do not answer for the step at which the device stands;
 *     one for each such worker
 */
public record DeviceReadiness(
    HardwareId id, String name, List<ReadyStep> steps, List<ReadyProblem> problems) {

  private static final String SITE =
      "nothing to do at the device; the site's operator removes the cause that the reason names, and Doni"
          + " tries again by itself";
  private static final String BACKEND =
      "nothing to do at the device; the site's operator ends the failure of the service that the reason names"
          + " (doctor checks it), and Doni goes on by itself";
  private static final String CREDENTIALS =
      "nothing to do at the device; the site's operator gives Doni the credentials or the rights that the service"
          + " refuses (doctor checks them), and Doni goes on by itself";
  private static final String PAUSED =
      "nothing to do at the device; the site's operator brings back the service or corrects the setting that the"
          + " reason names (doctor checks both), and Doni goes on by itself";
  private static final String ENROLLMENT =
      "the owner corrects the property that the reason names (doni set); Doni tries again at once";

  public DeviceReadiness {
    steps = List.copyOf(steps);
    problems = List.copyOf(problems);
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
   * What blocks a worker.
   *
   * @param advice what to do next, and who does it
   */
  public record ReadyProblem(String workerType, String reason, String advice) {}

  /**
   * How a worker stands with the device.
   *
   * @param report the state of its task
   * @param blockedBy where the cause lies that blocks the task; null where none does, or where it
   *     is not known
   * @param pause why its lane is paused; null while it is not
   */
  record WorkerStanding(
      WorkerReport report, @Nullable BlockedBy blockedBy, @Nullable String pause) {

    /** Returns whether the cause is for others than the device to remove. */
    boolean isBlocked() {
      return pause != null
          || report.state() == TaskState.ERROR
          || (report.state() != TaskState.STEADY
              && blockedBy != null
              && blockedBy != BlockedBy.DEVICE);
    }

    /** Returns why the task does not go on, if it does not. */
    Optional<String> why() {
      return report.whyNotSteady().or(() -> Optional.ofNullable(pause));
    }

    /**
     * Returns what to do about the cause.
     *
     * @param atDevice what is to be done at the device
     */
    String advice(String atDevice) {
      if (pause != null && blockedBy != BlockedBy.CREDENTIALS) {
        return PAUSED;
      }
      if (!isBlocked()) {
        return atDevice;
      }
      return switch (blockedBy) {
        case null -> SITE;
        case DEVICE -> atDevice;
        case ENROLLMENT -> ENROLLMENT;
        case BACKEND -> BACKEND;
        case CREDENTIALS -> CREDENTIALS;
        case SITE -> SITE;
      };
    }
  }

  /**
   * What one worker says.
   *
   * @param reachedAt when a milestone was reached, where that is recorded
   */
  record WorkerMilestone(
      WorkerStanding standing, Milestone milestone, @Nullable Instant reachedAt) {

    WorkerReport report() {
      return standing.report();
    }

    /** Returns this milestone for a device that some backend has seen: that one has booted. */
    WorkerMilestone afterBoot() {
      return milestone.step() == Step.BOOTED && !milestone.isReached()
          ? new WorkerMilestone(standing, Milestone.reached(Step.BOOTED), reachedAt)
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
    return new DeviceReadiness(id, name, steps, problems(milestones, steps));
  }

  /** The current step names the problem of its own worker. */
  private static List<ReadyProblem> problems(
      List<WorkerMilestone> milestones, List<ReadyStep> steps) {
    Map<String, ReadyProblem> problems = new LinkedHashMap<>();
    for (WorkerMilestone one : ordered(milestones)) {
      String worker = one.report().workerType();
      boolean named =
          steps.stream()
              .anyMatch(
                  step -> step.status() == StepStatus.CURRENT && worker.equals(step.workerType()));
      Optional<String> why = one.standing().why();
      if (!named && why.isPresent() && one.standing().isBlocked()) {
        String advice = one.milestone().advice();
        problems.putIfAbsent(
            worker,
            new ReadyProblem(
                worker, why.get(), one.standing().advice(advice == null ? SITE : advice)));
      }
    }
    return List.copyOf(problems.values());
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
    String missing = one.milestone().missing();
    String advice = one.milestone().advice();
    String reason =
        one.standing()
            .why()
            .map(why -> missing + "; " + report.workerType() + ": " + why)
            .orElse(missing);
    return new ReadyStep(
        one.milestone().step(),
        StepStatus.CURRENT,
        since,
        report.workerType(),
        reason,
        one.standing().advice(advice == null ? SITE : advice));
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

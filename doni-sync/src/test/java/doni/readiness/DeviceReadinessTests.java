package doni.readiness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import doni.enrollment.HardwareId;
import doni.readiness.DeviceReadiness.ReadyStep;
import doni.readiness.DeviceReadiness.StepStatus;
import doni.readiness.DeviceReadiness.WorkerMilestone;
import doni.readiness.DeviceReadiness.WorkerStanding;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.worker.Outcome.BlockedBy;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceReadinessTests {

  private static final Instant ENROLLED = Instant.parse("2031-03-04T12:00:00Z");
  private static final Instant LATER = ENROLLED.plusSeconds(60);
  private static final Instant LAST = ENROLLED.plusSeconds(90);

  @Test
  void ordersTheStepsWhateverTheOrderOfTheWorkers() {
    DeviceReadiness readiness =
        readiness(
            reached("blazar.device", Step.RESERVABLE, LAST),
            reached("k8s", Step.NODE_JOINED, LATER),
            reached("balena", Step.REGISTERED, LATER));

    assertThat(readiness.isReady()).isTrue();
    assertThat(readiness.current()).isEmpty();
    assertThat(readiness.steps())
        .extracting(ReadyStep::step, ReadyStep::status, ReadyStep::since)
        .containsExactly(
            tuple(Step.ENROLLED, StepStatus.REACHED, ENROLLED),
            tuple(Step.REGISTERED, StepStatus.REACHED, LATER),
            tuple(Step.NODE_JOINED, StepStatus.REACHED, LATER),
            tuple(Step.RESERVABLE, StepStatus.REACHED, LAST));
  }

  @Test
  void standsAtTheFirstStepThatIsMissing() {
    DeviceReadiness readiness =
        readiness(
            reached("balena", Step.REGISTERED, LATER),
            missing("balena", Step.BOOTED, TaskState.STEADY, Map.of()),
            reached("tunelo", Step.TUNNEL_UP, LAST),
            missing("k8s", Step.NODE_JOINED, TaskState.PENDING, Map.of()));

    assertThat(readiness.isReady()).isFalse();
    assertThat(readiness.steps())
        .extracting(ReadyStep::status)
        .containsExactly(
            StepStatus.REACHED,
            StepStatus.REACHED,
            StepStatus.CURRENT,
            StepStatus.REACHED,
            StepStatus.AHEAD);
    assertThat(readiness.current())
        .hasValueSatisfying(step ->
            assertThat(step)
                .extracting(ReadyStep::step, ReadyStep::since, ReadyStep::reason, ReadyStep::advice)
                .containsExactly(Step.BOOTED, LATER, "BOOTED is missing", "advice"));
  }

  @Test
  void namesWhatTheWorkerWaitsFor() {
    DeviceReadiness readiness =
        readiness(
            missing("k8s", Step.NODE_JOINED, TaskState.PENDING, Map.of("defer_reason", "no node")));

    assertThat(readiness.current().orElseThrow().reason())
        .isEqualTo("NODE_JOINED is missing; k8s: no node");
    assertThat(readiness.current().orElseThrow().advice()).isEqualTo("advice");
  }

  @Test
  void leavesAFailureOfTheWorkerToTheOperator() {
    DeviceReadiness readiness =
        readiness(
            missing("tunelo", Step.TUNNEL_UP, TaskState.ERROR, Map.of("last_error", "quota")));

    assertThat(readiness.current().orElseThrow().reason()).endsWith("tunelo: quota");
    assertThat(readiness.current().orElseThrow().advice()).contains("operator");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PENDING | DEVICE      |              | advice",
        "ERROR   | DEVICE      |              | advice",
        "ERROR   | ENROLLMENT  |              | the owner corrects the property",
        "ERROR   | BACKEND     |              | ends the failure of the service",
        "PENDING | BACKEND     |              | ends the failure of the service",
        "PENDING | CREDENTIALS |              | the credentials or the rights",
        "ERROR   | SITE        |              | the site's operator removes the cause",
        "ERROR   |             |              | the site's operator removes the cause",
        "PENDING | DEVICE      | circuit open | brings back the service or corrects the setting",
        "PENDING | CREDENTIALS | 403          | the credentials or the rights",
        "PENDING | BACKEND     | token        | brings back the service or corrects the setting",
        "STEADY  |             | circuit open | brings back the service or corrects the setting",
      })
  void sendsTheRightPersonToTheCause(
      TaskState state, @Nullable BlockedBy blockedBy, @Nullable String pause, String advice) {
    DeviceReadiness readiness =
        readiness(blocked("k8s", Step.NODE_JOINED, state, Map.of(), blockedBy, pause));

    assertThat(readiness.current().orElseThrow().advice()).contains(advice);
    assertThat(readiness.problems()).isEmpty();
  }

  @Test
  void namesTheReasonOfAPauseAlsoForASteadyTask() {
    DeviceReadiness readiness =
        readiness(
            blocked(
                "k8s", Step.NODE_JOINED, TaskState.STEADY, Map.of(), null, "circuit open: k8s"));

    assertThat(readiness.current().orElseThrow().reason())
        .isEqualTo("NODE_JOINED is missing; k8s: circuit open: k8s");
  }

  @Test
  void namesWhatBlocksOtherWorkersOnceEach() {
    DeviceReadiness readiness =
        readiness(
            missing("balena", Step.BOOTED, TaskState.STEADY, Map.of()),
            blocked(
                "ironic",
                Step.VERIFIED,
                TaskState.PENDING,
                Map.of("defer_reason", "401"),
                BlockedBy.CREDENTIALS,
                null),
            blocked(
                "ironic",
                Step.AVAILABLE,
                TaskState.PENDING,
                Map.of("defer_reason", "401"),
                BlockedBy.CREDENTIALS,
                null),
            blocked(
                "k8s",
                Step.NODE_JOINED,
                TaskState.PENDING,
                Map.of("defer_reason", "no node"),
                BlockedBy.DEVICE,
                null));

    assertThat(readiness.problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.workerType()).isEqualTo("ironic");
          assertThat(problem.reason()).isEqualTo("401");
          assertThat(problem.advice()).contains("the credentials or the rights");
        });
  }

  @Test
  void hasBootedOnceAnyBackendHasSeenIt() {
    WorkerMilestone never = missing("balena", Step.BOOTED, TaskState.STEADY, Map.of());

    assertThat(never.afterBoot().milestone()).isEqualTo(Milestone.reached(Step.BOOTED));
    WorkerMilestone other = missing("k8s", Step.NODE_JOINED, TaskState.STEADY, Map.of());
    assertThat(other.afterBoot()).isEqualTo(other);
  }

  private static DeviceReadiness readiness(WorkerMilestone... milestones) {
    return DeviceReadiness.of(HardwareId.random(), "lab-pi", ENROLLED, List.of(milestones));
  }

  private static WorkerMilestone reached(String worker, Step step, @Nullable Instant at) {
    return new WorkerMilestone(
        new WorkerStanding(new WorkerReport(worker, TaskState.STEADY, Map.of()), null, null),
        Milestone.reached(step),
        at);
  }

  private static WorkerMilestone missing(
      String worker, Step step, TaskState state, Map<String, Object> details) {
    return blocked(worker, step, state, details, null, null);
  }

  private static WorkerMilestone blocked(
      String worker,
      Step step,
      TaskState state,
      Map<String, Object> details,
      @Nullable BlockedBy blockedBy,
      @Nullable String pause) {
    return new WorkerMilestone(
        new WorkerStanding(new WorkerReport(worker, state, details), blockedBy, pause),
        Milestone.missing(step, step + " is missing", "advice"),
        null);
  }
}

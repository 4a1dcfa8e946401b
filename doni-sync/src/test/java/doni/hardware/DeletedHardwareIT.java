package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.Generation;
import doni.enrollment.Secret;
import doni.event.HardwareEvent;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwarePlanService.DevicePlan;
import doni.hardware.HardwareService.Request;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.NotFound;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Deleted hardware while its workers clean up, as clients see it. */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class DeletedHardwareIT {

  private final HardwareService intake;
  private final HardwarePlanService plans;
  private final JdbcClient jdbc;

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller bob = caller("bob", "bob-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");

  private String deleted = "";

  @Autowired
  DeletedHardwareIT(HardwareService intake, HardwarePlanService plans, JdbcClient jdbc) {
    this.intake = intake;
    this.plans = plans;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void deleteOneOfTwo() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, leftover cascade").update();
    deleted = create(alice, "dev").id().toString();
    create(alice, "live");
    intake.delete(alice, "dev", null);
  }

  @Test
  void isShownByItsUuidWithItsTimeAndWhatItWaitsFor() {
    jdbc.sql(
            "update worker_task set outcome = 'FAILED', reason = 'it refuses', attempts = 3,"
                + " served_generation = 2 where hardware_uuid = ?::uuid")
        .param(deleted)
        .update();

    HardwareView shown = intake.getDeletedToo(alice, deleted);

    assertThat(shown.name()).isEqualTo("dev");
    assertThat(shown.deletedAt()).isNotNull();
    WorkerReport worker = shown.workers().getFirst();
    assertThat(worker.state()).isEqualTo(TaskState.ERROR);
    assertThat(worker.stateDetails())
        .containsEntry("last_error", "it refuses")
        .containsEntry("attempts", 3)
        .containsKey("waiting_since");
  }

  @Test
  void isNotFoundUnlessAskedForNorByItsName() {
    assertThatThrownBy(() -> intake.get(alice, deleted)).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> intake.sync(alice, deleted)).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> intake.getDeletedToo(alice, "dev")).isInstanceOf(NotFound.class);
    assertThat(intake.getDeletedToo(alice, "live").deletedAt()).isNull();
  }

  @Test
  void isListedAloneWhenAskedFor() {
    assertThat(names(alice, false, true)).containsExactly("dev");
    assertThat(names(alice, false, false)).containsExactly("live");
    assertThat(list(alice, false, true).getFirst()).isEqualTo(intake.getDeletedToo(alice, deleted));
  }

  @Test
  void isSeenByThoseWhoMaySeeTheLiveOne() {
    assertThat(names(bob, false, true)).isEmpty();
    assertThat(names(admin, true, true)).containsExactly("dev");
    assertThatThrownBy(() -> names(alice, true, true)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> intake.getDeletedToo(bob, deleted))
        .isInstanceOf(Forbidden.class)
        .hasMessage("hardware:get is disallowed by policy");
    assertThatThrownBy(() -> intake.syncDeletedToo(bob, deleted)).isInstanceOf(Forbidden.class);
    assertThat(
            intake.getDeletedToo(caller("rita", "alice-project", "reader"), deleted).properties())
        .containsEntry("token", Secret.MASK);
  }

  @Test
  void isCleanedUpAtOnceAfterAResync() {
    jdbc.sql("update scheduled_tasks set execution_time = now() + interval '1 hour'").update();

    intake.syncDeletedToo(alice, deleted);

    assertThat(
            jdbc.sql("select task_instance from scheduled_tasks where execution_time <= now()")
                .query(String.class)
                .list())
        .containsExactly(deleted);
    assertThat(intake.getDeletedToo(alice, deleted).generation()).isEqualTo(new Generation(3));
    assertThat(intake.events(alice, deleted, 1, null))
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.synced");
  }

  @Test
  void namesAWorkerThatIsNotEnabledAnyMore() {
    jdbc.sql(
            "insert into worker_task (hardware_uuid, worker_type, state_details)"
                + " values (?::uuid, 'worker-that-is-not-enabled', '{\"key\": \"private\"}')")
        .param(deleted)
        .update();

    List<WorkerReport> workers = intake.getDeletedToo(alice, deleted).workers();

    assertThat(workers)
        .extracting(WorkerReport::workerType)
        .containsExactly(SampleTypes.WORKER, "worker-that-is-not-enabled");
    assertThat(workers.getLast().state()).isEqualTo(TaskState.PENDING);
    assertThat(workers.getLast().stateDetails())
        .containsEntry("defer_reason", "its worker is not enabled (doni.workers.enabled)")
        .doesNotContainKey("key");
  }

  @Test
  void isPlannedWithWhatBlocksItsCleanup() {
    jdbc.sql(
            "update worker_task set outcome = 'FAILED', reason = 'it refuses', served_generation ="
                + " 1 where hardware_uuid = ?::uuid")
        .param(deleted)
        .update();
    jdbc.sql(
            "insert into worker_task (hardware_uuid, worker_type) values (?::uuid,"
                + " 'worker-that-is-not-enabled')")
        .param(deleted)
        .update();

    DevicePlan plan = plans.plan(alice, deleted);

    assertThat(plan.deletedAt()).isEqualTo(intake.getDeletedToo(alice, deleted).deletedAt());
    assertThat(plan.workers())
        .extracting(WorkerPlan::workerType)
        .containsExactly(SampleTypes.WORKER, "worker-that-is-not-enabled");
    assertThat(plan.workers().getLast().reason())
        .isEqualTo("its worker is not enabled (doni.workers.enabled)");
    assertThat(plan.blockers())
        .containsEntry(SampleTypes.WORKER, "queued; last error: it refuses")
        .hasSize(2);
    assertThat(plans.plan(alice, "live").blockers()).isEmpty();
  }

  @Test
  void leavesItsNameToANewDeviceWhileItIsCleanedUp() {
    String next = create(bob, "DEV").id().toString();

    assertThat(intake.get(bob, "dev").id()).hasToString(next);
    assertThat(plans.plan(bob, "dev").deletedAt()).isNull();
    assertThat(intake.getDeletedToo(alice, deleted).name()).isEqualTo("dev");
    assertThat(names(admin, true, true)).containsExactly("dev");
    intake.delete(bob, "dev", null);
    assertThat(names(admin, true, true)).containsExactlyInAnyOrder("dev", "DEV");
    assertThat(create(alice, "dev").deletedAt()).isNull();
  }

  @Test
  void isGoneWithItsLastTask() {
    jdbc.sql("delete from hardware where uuid = ?::uuid").param(deleted).update();

    assertThat(names(alice, false, true)).isEmpty();
    assertThatThrownBy(() -> intake.getDeletedToo(alice, deleted)).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> intake.syncDeletedToo(alice, deleted)).isInstanceOf(NotFound.class);
  }

  private List<String> names(Caller caller, boolean allProjects, boolean ofDeleted) {
    return list(caller, allProjects, ofDeleted).stream().map(HardwareView::name).toList();
  }

  private List<HardwareView> list(Caller caller, boolean allProjects, boolean ofDeleted) {
    List<HardwareView> found = new ArrayList<>();
    intake
        .list(
            caller,
            new HardwareListQuery(
                allProjects, null, null, null, null, null, ofDeleted, SortKey.NAME, false, 0, null))
        .forEachRemaining(found::add);
    return found;
  }

  private HardwareView create(Caller caller, String name) {
    return intake.create(
        caller, new Request(name, SampleTypes.TYPE, Map.of("required", "r")), null);
  }

  private static Caller caller(String user, String project, String role) {
    return new Caller(
        user,
        user,
        project,
        Set.of(role),
        Map.of("user_id", user, "project_id", project),
        "req-" + user);
  }
}

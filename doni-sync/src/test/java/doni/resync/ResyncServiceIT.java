package doni.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.hardware.HardwarePlanService;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Request;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import doni.resync.ResyncRun.State;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class ResyncServiceIT {

  private final ResyncService runs;
  private final HardwarePlanService plans;
  private final HardwareService hardware;
  private final JdbcClient jdbc;

  private final Caller alice = caller("alice", "member");
  private final Caller admin = caller("admin", "admin");

  @Autowired
  ResyncServiceIT(
      ResyncService runs, HardwarePlanService plans, HardwareService hardware, JdbcClient jdbc) {
    this.runs = runs;
    this.plans = plans;
    this.hardware = hardware;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void empty() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, sync_run cascade").update();
  }

  private static Caller caller(String name, String role) {
    return new Caller(name + "-id", name, name + "-project", Set.of(role), Map.of(), "req-1");
  }

  private void enroll(String name) {
    hardware.create(alice, new Request(name, SampleTypes.TYPE, Map.of("required", "r")), null);
  }

  @Test
  void beginsPausesResumesAndCancels() {
    enroll("one");
    enroll("two");

    ResyncRun run = runs.start(admin, Map.of());

    assertThat(run.progress().total()).isEqualTo(2);
    assertThat(run.requestedBy()).isEqualTo("admin-id");
    assertThat(runs.start(admin, Map.of()).uuid()).isEqualTo(run.uuid());
    assertThat(runs.pause(admin, run.uuid()).state()).isEqualTo(State.PAUSED);
    assertThat(runs.start(admin, Map.of()).uuid()).as("not over").isEqualTo(run.uuid());
    assertThat(runs.resume(admin, run.uuid()).state()).isEqualTo(State.RUNNING);
    assertThat(runs.cancel(admin, run.uuid()).state()).isEqualTo(State.CANCELLED);
    assertThatThrownBy(() -> runs.pause(admin, run.uuid())).isInstanceOf(Conflict.class);
    assertThat(runs.start(admin, Map.of()).uuid()).isNotEqualTo(run.uuid());
    assertThat(runs.list(admin, 10, null)).hasSize(2);
    assertThat(runs.get(admin, run.uuid()).state()).isEqualTo(State.CANCELLED);
  }

  @Test
  void isForThoseWhomThePolicyAllowsIt() {
    UUID any = UUID.randomUUID();
    assertThatThrownBy(() -> runs.start(alice, Map.of("wrong", 1)))
        .isInstanceOf(Forbidden.class)
        .hasMessageContaining("hardware:sync_all");
    assertThatThrownBy(() -> runs.list(alice, 1, null)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> runs.get(alice, any)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> runs.pause(alice, any)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> runs.resume(alice, any)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> runs.cancel(alice, any)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> runs.get(admin, any)).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> runs.cancel(admin, any)).isInstanceOf(NotFound.class);
  }

  @Test
  void namesEverythingThatIsWrongWithAFilter() {
    Map<String, Object> filter = new LinkedHashMap<>();
    filter.put("colour", "red");
    filter.put("worker_type", "fly");
    filter.put("hardware_type", "car");
    filter.put("project_id", 7);
    filter.put("state", "GOOD");
    filter.put("names", List.of("unknown"));
    filter.put("selector", "a b");

    assertThatThrownBy(() -> runs.start(admin, filter))
        .isInstanceOfSatisfying(
            Invalid.class,
            invalid ->
                assertThat(invalid.violations())
                    .containsExactly(
                        "colour: is not allowed here",
                        "worker_type: fly is not one of fake-worker",
                        "hardware_type: car is not one of sample",
                        "project_id: must be a string of 1 to 255 characters, none of them a"
                            + " control character",
                        "state: GOOD is not one of PENDING, IN_PROGRESS, STEADY, ERROR",
                        "names: there is no device unknown",
                        "selector: at character 3: expected an operator, ',' or the end, not 'b';"
                            + " allowed: key=value, key==value, key!=value, key in (a,b), key notin"
                            + " (a,b), key, !key, joined by commas"));
    assertThatThrownBy(() -> runs.start(admin, Map.of("names", List.of())))
        .hasMessageContaining("names: must be a list of 1 to 1000 names");
    assertThat(runs.list(admin, 10, null)).isEmpty();
  }

  /** A resync of one device restarts its count of attempts, whatever the backoff was. */
  @Test
  void clearsTheBackOffOfADeviceThatIsSynced() {
    enroll("failing");
    jdbc.sql(
            """
            update worker_task set served_generation = 1, outcome = 'FAILED', reason = 'broken', attempts = 9,
              next_attempt_at = now() + interval '5 minutes'
            """)
        .update();
    jdbc.sql(
            "update scheduled_tasks set execution_time = now() + interval '5 minutes', priority ="
                + " 10")
        .update();

    hardware.sync(alice, "failing");

    assertThat(
            jdbc.sql("select execution_time <= now() and priority = 90 from scheduled_tasks")
                .query(Boolean.class)
                .single())
        .isTrue();
    assertThat(
            jdbc.sql(
                    "select t.served_generation < h.generation from worker_task t join hardware h"
                        + " on h.uuid = t.hardware_uuid")
                .query(Boolean.class)
                .single())
        .as("so that what was counted for the generation before counts no more")
        .isTrue();
  }

  @Test
  void plansForTheOwnerAndWhoMaySeeEveryProject() {
    enroll("planned");

    assertThat(plans.plan(alice, "planned").workers())
        .singleElement()
        .satisfies(
            plan -> assertThat(plan.reason()).as("no lanes here").contains("doni.sync.enabled"));
    assertThat(plans.plan(admin, "planned").workers()).hasSize(1);
    assertThatThrownBy(() -> plans.plan(caller("bob", "member"), "planned"))
        .isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> plans.plan(admin, "unknown")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> plans.plan(admin, UUID.randomUUID().toString()))
        .isInstanceOf(NotFound.class);
  }
}

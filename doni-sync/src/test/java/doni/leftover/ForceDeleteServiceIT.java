package doni.leftover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.engine.attempt.InterruptGuard;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.event.HardwareEvent;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Request;
import doni.hardware.HardwareView;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.NotFound;
import doni.request.RequestRefusedException.Stale;
import doni.task.LostAttemptStore;
import doni.task.WorkerTask;
import doni.task.WorkerTask.TaskClaim;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class ForceDeleteServiceIT {

  private static final String LANE = SampleTypes.WORKER;

  private final HardwareService intake;
  private final ForceDeleteService force;
  private final LeftoverStore store;
  private final WorkerTaskStore tasks;
  private final WorkerTaskReader reader;
  private final JdbcClient jdbc;
  private final LeftoverCleanup attempts;
  private ResyncPolicy policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.ENFORCE);

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");
  private final TestWorker worker =
      new TestWorker(LANE, _ -> new Outcome.Gone(List.of(Change.delete("node"))));

  @Autowired
  ForceDeleteServiceIT(
      HardwareService intake,
      ForceDeleteService force,
      LeftoverStore store,
      WorkerTaskStore tasks,
      WorkerTaskReader reader,
      LostAttemptStore lostAttempts,
      JdbcClient jdbc) {
    this.intake = intake;
    this.force = force;
    this.store = store;
    this.tasks = tasks;
    this.reader = reader;
    this.jdbc = jdbc;
    this.attempts =
        new LeftoverCleanup(store, lostAttempts, _ -> policy, new Random(1), Clock.systemUTC());
  }

  @BeforeEach
  void empty() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, leftover cascade").update();
  }

  @Test
  void forgetsTheDeviceAtOnceAndRecordsWhatMayBeLeft() {
    HardwareId id = create("dev").id();

    force.delete(admin, "dev", null);

    assertThatThrownBy(() -> intake.get(admin, id.toString())).isInstanceOf(NotFound.class);
    assertThat(count("hardware") + count("worker_task") + count("scheduled_tasks")).isZero();
    assertThat(leftovers())
        .singleElement()
        .satisfies(leftover -> {
          assertThat(leftover.hardware().id()).isEqualTo(id);
          assertThat(leftover.workerType()).isEqualTo(LANE);
          assertThat(leftover.hardware().deletedBy()).isEqualTo("admin");
        });
    assertThat(kinds(id)).containsExactly("hardware.force_deleted", "hardware.created");
  }

  @Test
  void keepsSecretsEncryptedAndGivesThemToTheWorker() {
    create("dev");
    force.delete(admin, "dev", null);

    assertThat(
            jdbc.sql("select string_agg(l::text, ' ') from leftover l")
                .query(String.class)
                .single())
        .contains("$encrypted")
        .doesNotContain("s3cret");
    sweep();
    assertThat(worker.attempts())
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.hardware().deleted()).isTrue();
          assertThat(attempt.hardware().secret("secret")).contains(new Secret("s3cret"));
        });
  }

  @Test
  void removesWhatIsLeftAndKeepsTheHistory() {
    HardwareId id = create("dev").id();
    force.delete(admin, "dev", null);

    assertThat(sweep()).isTrue();

    assertThat(leftovers()).isEmpty();
    assertThat(sweep()).isFalse();
    assertThat(kinds(id))
        .containsExactly("leftover.removed", "hardware.force_deleted", "hardware.created");
  }

  @Test
  void removesNothingInShadowUntilTheLaneIsEnforced() {
    create("dev");
    force.delete(admin, "dev", null);
    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.SHADOW);
    worker.plans(Change.delete("node"), Change.delete("secret"));

    assertThat(sweep()).isTrue();

    assertThat(leftovers())
        .singleElement()
        .satisfies(leftover ->
            assertThat(leftover.progress().reason())
                .isEqualTo(
                    "shadow: would delete 2; to write, set doni.sync.lanes.%s.drift to enforce"
                        .formatted(LANE)));
    assertThat(sweep()).isFalse();

    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.ENFORCE);
    store.requeueShadowed(List.of(LANE));
    assertThat(sweep()).isTrue();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void triesAgainLaterWhileTheBackendIsGone() {
    create("dev");
    force.delete(admin, "dev", null);
    TestWorker gone =
        new TestWorker(
            LANE,
            _ -> {
              throw BackendException.answered("balena", 503, "no", true, Duration.ofMinutes(2));
            });

    attempts.next(gone, new InterruptGuard());

    assertThat(leftovers())
        .singleElement()
        .satisfies(leftover -> {
          assertThat(leftover.progress().attempts()).isEqualTo(1);
          assertThat(leftover.progress().reason()).contains("balena answered 503");
          assertThat(leftover.progress().nextAttemptAt()).isAfter(Clock.systemUTC().instant());
        });
    assertThat(sweep()).isFalse();
    dueNow();
    assertThat(sweep()).isTrue();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void leavesAloneWhatBelongsToTheNextDeviceOfTheNameWhereTheBackendKnowsNames() {
    create("dev");
    force.delete(admin, "dev", null);
    create("DEV");
    TestWorker byName = new TestWorker(LANE, TestWorker::agree).identifyingByName();

    attempts.next(byName, new InterruptGuard());

    assertThat(byName.attempts()).isEmpty();
    assertThat(leftovers().getFirst().progress().reason()).contains("name is enrolled again");

    force.delete(admin, "DEV", null);
    dueNow();
    attempts.next(byName, new InterruptGuard());
    attempts.next(byName, new InterruptGuard());
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void isNotHeldUpByANameWhereTheBackendKnowsUuids() {
    create("dev");
    force.delete(admin, "dev", null);
    HardwareView next = create("dev");

    assertThat(sweep()).isTrue();

    assertThat(leftovers()).isEmpty();
    assertThat(worker.attempts()).noneMatch(attempt -> attempt.hardware().id().equals(next.id()));
  }

  @Test
  void leavesAloneWhatBelongsToTheNextDeviceOfTheUuid() {
    HardwareId id = create("dev").id();
    force.delete(admin, "dev", null);
    enrollAgain(id);

    sweep();

    assertThat(worker.attempts()).isEmpty();
    assertThat(leftovers().getFirst().progress().reason()).contains("uuid is enrolled again");
  }

  @Test
  void keepsTheNextDeviceWaitingOnlyWhileItIsRemoved() {
    HardwareId id = create("dev").id();
    force.delete(admin, "dev", null);
    HardwareId next = create("dev").id();
    AtomicReference<Boolean> swept = new AtomicReference<>();
    TestWorker looking =
        new TestWorker(
            LANE,
            attempt -> {
              swept.set(isSwept(next));
              return TestWorker.agree(attempt);
            });

    assertThat(isSwept(next)).isFalse();
    attempts.next(looking, new InterruptGuard());

    assertThat(looking.attempts().getFirst().hardware().id()).isEqualTo(id);
    assertThat(swept).hasValue(true);
    assertThat(isSwept(next)).isFalse();
  }

  @Test
  void waitsForAnAttemptThatStillRuns() {
    HardwareId id = create("dev").id();
    picked();
    force.delete(admin, "dev", null);

    sweep();

    assertThat(worker.attempts()).isEmpty();
    assertThat(leftovers().getFirst().progress().reason()).contains("still runs");
    assertThat(reader.read(id, LANE, Set.of())).isEmpty();
  }

  @Test
  void keepsTheNextDeviceOfTheNameWaitingForAnAttemptThatStillRuns() {
    HardwareId id = create("dev").id();
    picked();
    TaskClaim late = new TaskClaim(id, LANE, "r", 1);
    WorkerTask begun = reader.read(id, LANE, Set.of()).orElseThrow();
    force.delete(admin, "dev", null);
    HardwareId next = create("DEV").id();
    HardwareId other = create("other").id();

    assertThat(isSwept(next)).isTrue();
    assertThat(isSwept(other)).isFalse();

    assertThat(tasks.remove(late, begun, Clock.systemUTC().instant(), List.of())).isFalse();
    assertThat(isSwept(next)).isFalse();
  }

  @Test
  void endsTheClaimOfAnAttemptWhoseTaskIsGone() {
    HardwareId id = create("dev").id();
    picked();
    force.delete(admin, "dev", null);
    assertThat(count("scheduled_tasks")).isEqualTo(1);

    tasks.handBack(new TaskClaim(id, LANE, "r", 1));

    assertThat(count("scheduled_tasks")).isZero();
    assertThat(sweep()).isTrue();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void forgetsWhatIsLeftWhereTheBackendWillNotComeBack() {
    HardwareId id = create("dev").id();
    force.delete(admin, "dev", null);
    long left = leftovers().getFirst().id();

    assertThatThrownBy(() -> force.dismiss(alice, left))
        .isInstanceOf(Forbidden.class)
        .hasMessageContaining("leftover:delete");
    force.dismiss(admin, left);

    assertThat(leftovers()).isEmpty();
    assertThat(worker.attempts()).isEmpty();
    assertThat(kinds(id))
        .containsExactly("leftover.dismissed", "hardware.force_deleted", "hardware.created");
    assertThatThrownBy(() -> force.dismiss(admin, left)).isInstanceOf(NotFound.class);
  }

  @Test
  void isNotForgottenWhileItsWorkerIsAtIt() {
    create("dev");
    force.delete(admin, "dev", null);
    assertThat(store.claim(LANE, Set.of())).isPresent();

    long left = leftovers().getFirst().id();
    assertThatThrownBy(() -> force.dismiss(admin, left)).isInstanceOf(Conflict.class);

    assertThat(leftovers()).hasSize(1);
  }

  @Test
  void tellsThatAWorkerIsNotEnabled() {
    create("dev");
    force.delete(admin, "dev", null);
    jdbc.sql("update leftover set worker_type = 'ironic'").update();

    assertThat(leftovers().getFirst().progress().reason())
        .contains("not enabled (doni.workers.enabled)");
  }

  @Test
  void isRemovedByOneReplicaAtATimeAndTakenOverFromADeadOne() {
    create("dev");
    force.delete(admin, "dev", null);

    assertThat(store.claim(LANE, Set.of())).isPresent();
    assertThat(sweep()).isFalse();

    jdbc.sql("update leftover set claimed_until = now() - interval '1 second'").update();
    assertThat(sweep()).isTrue();
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void writesNothingWhenTheClaimWasLostWhileItObserved() {
    create("dev");
    force.delete(admin, "dev", null);
    TestWorker slow =
        new TestWorker(LANE, TestWorker::agree) {
          @Override
          public doni.worker.ReconcilePlan plan(doni.worker.ReconcileContext attempt) {
            jdbc.sql("update leftover set claimed_until = now() - interval '1 second'").update();
            return super.plan(attempt);
          }
        };

    attempts.next(slow, new InterruptGuard());

    assertThat(leftovers()).hasSize(1);
  }

  @Test
  void tellsAWorkerWhatThoseThatItFollowsHaveLeft() {
    HardwareId id = create("dev").id();
    jdbc.sql(
            "insert into worker_task (hardware_uuid, worker_type, state_details) values (?, 'k8s',"
                + " '{\"node\": \"n\"}')")
        .param(id.value())
        .update();
    force.delete(admin, "dev", null);
    TestWorker follower = new TestWorker(LANE, Set.of("k8s"), TestWorker::agree);

    attempts.next(follower, new InterruptGuard());

    assertThat(follower.attempts().getFirst().dependencies())
        .containsEntry("k8s", Map.of("node", "n"));
    assertThat(leftovers()).extracting(Leftover::workerType).containsExactly("k8s");
  }

  @Test
  void takesADeviceWhoseCleaningUpDoesNotEnd() {
    HardwareId id = create("dev").id();
    intake.delete(admin, "dev", null);

    force.delete(admin, id.toString(), null);

    assertThat(count("hardware")).isZero();
    assertThat(leftovers()).hasSize(1);
  }

  @Test
  void isForAdministrators() {
    HardwareId id = create("dev").id();

    assertThatThrownBy(() -> force.delete(alice, "dev", null))
        .isInstanceOf(Forbidden.class)
        .hasMessageContaining("hardware:delete_force");
    assertThatThrownBy(() -> force.leftovers(alice, 10, 0)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> force.delete(admin, "unknown", null)).isInstanceOf(NotFound.class);
    assertThatThrownBy(
            () -> force.delete(admin, "dev", Set.of(intake.get(admin, "dev").generation().next())))
        .isInstanceOf(Stale.class);
    assertThat(intake.get(alice, "dev").id()).isEqualTo(id);
  }

  private boolean sweep() {
    return attempts.next(worker, new InterruptGuard());
  }

  private void picked() {
    jdbc.sql("update scheduled_tasks set picked = true, picked_by = 'r', last_heartbeat = now()")
        .update();
  }

  private boolean isSwept(HardwareId id) {
    return reader.read(id, LANE, Set.of()).orElseThrow().cleanup().running();
  }

  private void dueNow() {
    jdbc.sql("update leftover set next_attempt_at = now() - interval '1 second'").update();
  }

  private void enrollAgain(HardwareId id) {
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            values (?, 'another', 'p', 'sample', '{}', now(), now())
            """)
        .param(id.value())
        .update();
    jdbc.sql("insert into worker_task (hardware_uuid, worker_type) values (?, ?)")
        .param(id.value())
        .param(LANE)
        .update();
  }

  private List<Leftover> leftovers() {
    return force.leftovers(admin, 100, 0);
  }

  private List<String> kinds(HardwareId id) {
    return intake.events(admin, id.toString(), 100, null).stream()
        .map(HardwareEvent::kind)
        .toList();
  }

  private long count(String table) {
    return jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  private HardwareView create(String name) {
    return intake.create(
        alice,
        new Request(name, SampleTypes.TYPE, Map.of("required", "r", "secret", "s3cret")),
        null);
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

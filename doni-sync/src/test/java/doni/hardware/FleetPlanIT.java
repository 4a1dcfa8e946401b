package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.engine.attempt.FleetPlanner;
import doni.engine.attempt.Planner;
import doni.enrollment.HardwareId;
import doni.hardware.FleetPlan.NamedPlan;
import doni.hardware.FleetPlan.WorkerTotal;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.TestPolicy;
import doni.request.RequestRefusedException.Forbidden;
import doni.task.WorkerTaskReader;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import doni.worker.Change;
import doni.worker.Change.Action;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class FleetPlanIT {

  private static final int PERMITS = 3;

  private final HardwareService service;
  private final HardwareReader reader;
  private final WorkerTaskReader tasks;
  private final AccessPolicy policy;
  private final JdbcClient jdbc;
  private final AtomicInteger observing = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final List<FleetPlanner> planners = new ArrayList<>();

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");

  @Autowired
  FleetPlanIT(
      HardwareService service,
      HardwareReader reader,
      WorkerTaskReader tasks,
      AccessPolicy policy,
      JdbcClient jdbc) {
    this.service = service;
    this.reader = reader;
    this.tasks = tasks;
    this.policy = policy;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void empty() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks cascade").update();
  }

  @AfterEach
  void stop() {
    planners.forEach(FleetPlanner::stop);
  }

  /** Plans by the name of the device. */
  private record Planning(Function<ReconcileContext, ReconcilePlan> planning) implements Worker {
    @Override
    public String type() {
      return SampleTypes.WORKER;
    }

    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      return planning.apply(attempt);
    }
  }

  private record Changing(List<Change> changes) implements ReconcilePlan {
    @Override
    public Outcome apply(WriteGate gate) {
      throw new AssertionError("a plan that is only shown is not applied");
    }
  }

  private static ReconcilePlan byName(ReconcileContext attempt) {
    String name = attempt.hardware().name();
    if (attempt.hardware().deleted()) {
      return new Changing(List.of(Change.delete("node " + name)));
    }
    return switch (name) {
      case "new" -> new Changing(List.of(Change.create("node"), Change.create("secret")));
      case "changed" -> new Changing(List.of(Change.update("label", "a", "b")));
      case "waiting" ->
          ReconcilePlan.settled(new Outcome.Deferred("device not joined", null, Map.of()));
      default -> new Changing(List.of());
    };
  }

  private HardwarePlanService plans(DriftMode mode) {
    return plans(mode, FleetPlanIT::byName, policy);
  }

  private HardwarePlanService plans(
      DriftMode mode, Function<ReconcileContext, ReconcilePlan> planning, AccessPolicy allowed) {
    Planner planner =
        new Planner(
            tasks,
            List.of(new Planning(planning)),
            _ -> new ResyncPolicy(Duration.ofHours(1), mode),
            true,
            Duration.ofSeconds(10));
    FleetPlanner fleet =
        new FleetPlanner(planner, Map.of(SampleTypes.WORKER, new Semaphore(PERMITS)));
    planners.add(fleet);
    return new HardwarePlanService(reader, service, planner, fleet, allowed);
  }

  @Test
  void plansEachDeviceInOrderAndCounts() {
    create("new", "changed", "waiting", "equal", "equal-2");

    FleetPlan plan = plans(DriftMode.ENFORCE).planAll(alice, query(false, false, 0, null));

    assertThat(names(plan)).containsExactly("new", "changed", "waiting", "equal", "equal-2");
    assertThat(plan.nextMarker()).isEmpty();
    WorkerTotal total = plan.totals().iterator().next();
    assertThat(total.workerType()).isEqualTo(SampleTypes.WORKER);
    assertThat(total.changes(Action.CREATE)).isEqualTo(2);
    assertThat(total.changes(Action.UPDATE)).isEqualTo(1);
    assertThat(total.changes(Action.DELETE)).isZero();
    assertThat(total.unchanged()).isEqualTo(2);
    assertThat(total.unknown()).isEqualTo(Map.of("device not joined", 1L));
    assertThat(total.shadow()).isFalse();
  }

  @Test
  void plansWhatALaneInShadowWouldWrite() {
    create("new");

    FleetPlan plan = plans(DriftMode.SHADOW).planAll(alice, query(false, false, 0, null));

    assertThat(names(plan)).containsExactly("new");
    WorkerTotal total = plan.totals().iterator().next();
    assertThat(total.changes(Action.CREATE)).isEqualTo(2);
    assertThat(total.shadow()).isTrue();
  }

  @Test
  void plansThePagesOfAList() {
    create("a", "b", "c");

    FleetPlan first = plans(DriftMode.ENFORCE).planAll(alice, query(false, false, 2, null));

    assertThat(names(first)).containsExactly("a", "b");
    HardwareId marker = first.nextMarker().orElseThrow();
    FleetPlan second = plans(DriftMode.ENFORCE).planAll(alice, query(false, false, 2, marker));
    assertThat(names(second)).containsExactly("c");
    assertThat(second.nextMarker()).isEmpty();
  }

  @Test
  void plansTheCleanupOfDeletedDevices() {
    create("old", "live");
    service.delete(alice, "old", null);

    FleetPlan plan = plans(DriftMode.ENFORCE).planAll(alice, query(false, true, 0, null));

    assertThat(plan.next())
        .satisfies(named -> {
          assertThat(named.name()).isEqualTo("old");
          assertThat(named.plan().deletedAt()).isNotNull();
        });
    assertThat(plan.hasNext()).isFalse();
    assertThat(plan.totals().iterator().next().changes(Action.DELETE)).isOne();
  }

  @Test
  void observesAtMostAsManyDevicesAtATimeAsTheLaneHasPermits() {
    for (int device = 0; device < 40; device++) {
      create("device-" + device);
    }

    FleetPlan plan =
        plans(DriftMode.ENFORCE, this::slowly, policy).planAll(alice, query(false, false, 0, null));

    assertThat(names(plan)).hasSize(40).doesNotHaveDuplicates();
    assertThat(most.get()).isEqualTo(PERMITS);
  }

  /** Lets others catch up, so that more than the permits would be seen. */
  private ReconcilePlan slowly(ReconcileContext attempt) {
    int now = observing.incrementAndGet();
    most.accumulateAndGet(now, Math::max);
    jdbc.sql("select pg_sleep(0.01)").query((_, _) -> "").list();
    observing.decrementAndGet();
    return byName(attempt);
  }

  @Test
  void refusesAListThatTheCallerMayNotSee() {
    HardwarePlanService service = plans(DriftMode.ENFORCE);

    assertThatThrownBy(() -> service.planAll(alice, query(true, false, 0, null)))
        .isInstanceOf(Forbidden.class);
    create("a");
    assertThat(names(service.planAll(admin, query(true, false, 0, null)))).containsExactly("a");
    assertThat(names(service.planAll(admin, query(false, false, 0, null)))).isEmpty();
  }

  @Test
  void leavesOutDevicesThatTheCallerMayNotPlan() {
    create("a", "hidden", "c");
    AccessPolicy byName = TestPolicy.with("hardware:get", "not 'hidden':%(name)s");

    FleetPlan plan =
        plans(DriftMode.ENFORCE, FleetPlanIT::byName, byName)
            .planAll(alice, query(false, false, 0, null));

    assertThat(names(plan)).containsExactly("a", "c");
  }

  private void create(String... names) {
    for (String name : names) {
      service.create(
          alice, new Request(name, SampleTypes.TYPE, Map.of("required", "yes"), Map.of()), null);
    }
  }

  private static List<String> names(FleetPlan plan) {
    List<String> names = new ArrayList<>();
    while (plan.hasNext()) {
      NamedPlan next = plan.next();
      names.add(next.name());
    }
    return names;
  }

  private static HardwareListQuery query(
      boolean allProjects, boolean deleted, int limit, @Nullable HardwareId marker) {
    return new HardwareListQuery(
        allProjects,
        null,
        null,
        null,
        null,
        null,
        deleted,
        SortKey.CREATED_AT,
        false,
        limit,
        marker == null ? null : marker.value());
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

package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareSummaryIT {

  private static final int NAMES = 30;

  private final HardwareService service;
  private final HardwareSummaryService summaries;
  private final JdbcClient jdbc;
  private final TransactionTemplate snapshot;

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller bob = caller("bob", "bob-project", "reader");
  private final Caller admin = caller("admin", "admin-project", "admin");

  @Autowired
  HardwareSummaryIT(
      HardwareService service,
      HardwareSummaryService summaries,
      JdbcClient jdbc,
      PlatformTransactionManager transactions) {
    this.service = service;
    this.summaries = summaries;
    this.jdbc = jdbc;
    this.snapshot = new TransactionTemplate(transactions);
    this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, availability_window, worker_task, event, idempotency_key,"
                + " scheduled_tasks cascade")
        .update();
  }

  @Test
  void countsNothingInAnEmptyProject() {
    HardwareSummary summary = summaries.summarize(alice, query(false, HardwareFilter.ALL));

    assertThat(summary.total()).isZero();
    assertThat(summary.states())
        .hasSize(TaskState.values().length)
        .containsEntry(TaskState.ERROR, 0L);
    assertThat(summary.workers()).isEmpty();
  }

  @Test
  void countsWhatTheCallerMayList() {
    create(alice, "a", Map.of("purpose", "lab"));
    create(alice, "b", Map.of("purpose", "field"));
    create(caller("carol", "bob-project", "member"), "c", Map.of());

    assertThat(summaries.summarize(alice, query(false, HardwareFilter.ALL)).projects())
        .isEqualTo(Map.of("alice-project", 2L));
    assertThat(summaries.summarize(bob, query(false, HardwareFilter.ALL)).total()).isOne();
    assertThat(summaries.summarize(admin, query(true, HardwareFilter.ALL)).projects())
        .isEqualTo(Map.of("alice-project", 2L, "bob-project", 1L));
    assertThatThrownBy(() -> summaries.summarize(alice, query(true, HardwareFilter.ALL)))
        .isInstanceOf(Forbidden.class);
    assertThatThrownBy(() ->
            summaries.summarize(
                caller("rita", "alice-project", "guest"), query(false, HardwareFilter.ALL)))
        .isInstanceOf(Forbidden.class);
  }

  @Test
  void countsOnlyWhatTheFilterMatches() {
    create(alice, "a", Map.of("purpose", "lab"));
    create(alice, "b", Map.of("purpose", "field"));

    HardwareSummary summary =
        summaries.summarize(
            alice, query(false, HardwareFilter.of(LabelSelector.parse("purpose=lab"))));

    assertThat(summary.total()).isOne();
    assertThat(summary.labels()).isEqualTo(Map.of("purpose", 1L));
    HardwareFilter secret =
        new HardwareFilter(null, null, Map.of("token", "x"), null, null, null, null);
    assertThatThrownBy(() -> summaries.summarize(alice, query(false, secret)))
        .isInstanceOf(Invalid.class);
  }

  @Test
  void namesTheMostFrequentKeysOfLabelsOnly() {
    for (int device = 0; device < 3; device++) {
      Map<String, Object> labels = new HashMap<>(Map.of("common", ""));
      for (int key = 0; key < 50; key++) {
        labels.put("key-%d-%d".formatted(device, key), "");
      }
      create(alice, "dev-" + device, labels);
    }

    Map<String, Long> labels =
        summaries.summarize(alice, query(false, HardwareFilter.ALL)).labels();

    assertThat(labels).hasSize(HardwareSummaryService.MAX_LABELS);
    assertThat(labels.entrySet().iterator().next()).isEqualTo(Map.entry("common", 3L));
  }

  /**
   * Compares the numbers with a list of the same moment, while another thread enrolls, changes,
   * quarantines and deletes devices and ends attempts.
   */
  @Test
  void equalsAScanOfAllDevicesWhileTheyChange() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<?> changes = executor.submit(() -> changeUntil(enough));
      try {
        Set<HardwareSummary> seen = new HashSet<>();
        for (int round = 0; round < 2_000 && (round < 40 || seen.size() < 20); round++) {
          boolean all = round % 2 == 0;
          snapshot.executeWithoutResult(_ -> {
            HardwareListQuery query = query(all, HardwareFilter.ALL);
            HardwareSummary summary = summaries.summarize(all ? admin : alice, query);
            assertThat(summary).isEqualTo(scan(all ? admin : alice, query));
            seen.add(summary);
          });
        }
        assertThat(seen).as("the devices have changed").hasSizeGreaterThanOrEqualTo(20);
      } finally {
        enough.set(true);
      }
      changes.get();
    }
  }

  private HardwareSummary scan(Caller caller, HardwareListQuery query) {
    HardwareSummary.SummaryBuilder summary = new HardwareSummary.SummaryBuilder();
    Map<Object, Long> counts = new HashMap<>();
    service
        .list(caller, query)
        .forEachRemaining(device -> {
          Set<Object> groups = new HashSet<>();
          groups.add("total");
          if (device.quarantine() != null) {
            groups.add("quarantined");
          }
          for (WorkerReport report : device.workers()) {
            groups.add(report.state());
            groups.add(Map.entry(report.workerType(), report.state()));
          }
          if (device.availability() != null) {
            groups.add(device.availability().status());
          }
          groups.add(Map.entry("type", device.hardwareType()));
          groups.add(Map.entry("project", device.projectId()));
          device.labels().keySet().forEach(key -> groups.add(Map.entry("label", key)));
          groups.forEach(group -> counts.merge(group, 1L, Long::sum));
        });
    counts.forEach((group, count) -> add(summary, group, count));
    return summary.build();
  }

  private static void add(HardwareSummary.SummaryBuilder summary, Object group, long count) {
    switch (group) {
      case TaskState state -> summary.state(state, count);
      case AvailabilityStatus status -> summary.availability(status, count);
      case Map.Entry<?, ?> entry when entry.getValue() instanceof TaskState state ->
          summary.worker((String) entry.getKey(), state, count);
      case Map.Entry<?, ?> entry -> {
        String name = String.valueOf(entry.getValue());
        switch (String.valueOf(entry.getKey())) {
          case "type" -> summary.hardwareType(name, count);
          case "project" -> summary.project(name, count);
          default -> summary.label(name, count);
        }
      }
      case String text when text.equals("total") -> summary.total(count);
      default -> summary.quarantined(count);
    }
  }

  private void changeUntil(AtomicBoolean enough) {
    Random random = new Random(15);
    while (!enough.get()) {
      String name = "dev-" + random.nextInt(NAMES);
      try {
        change(random, name);
      } catch (NotFound | Conflict _) {
        // There is no such device, or there is one already.
      }
    }
  }

  private void change(Random random, String name) {
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        Caller owner = random.nextBoolean() ? alice : caller("carol", "bob-project", "member");
        create(owner, name, random.nextBoolean() ? Map.of("purpose", "lab") : Map.of());
      }
      case 2 -> service.delete(admin, name, null);
      case 3 -> patch(name, String.valueOf(random.nextInt()), "properties", "required");
      case 4 -> patch(name, "x", "labels", "key-" + random.nextInt(5));
      case 5 ->
          jdbc.sql(
                  """
                  insert into device_availability (hardware_uuid, availability, since, reason)
                  select uuid, ?, now(), 'why' from hardware where name = ? and deleted_at is null
                  on conflict (hardware_uuid) do update set availability = excluded.availability
                  """)
              .param(List.of(AvailabilityStatus.values()).get(random.nextInt(4)).name())
              .param(name)
              .update();
      case 6 ->
          jdbc.sql(
                  """
                  update worker_task t set served_generation = h.generation, outcome = ?, version = version + 1
                  from hardware h where h.uuid = t.hardware_uuid and h.name = ?
                  """)
              .param(List.of("SYNCED", "FAILED", "DEFERRED").get(random.nextInt(3)))
              .param(name)
              .update();
      default ->
          jdbc.sql(
                  """
                  update hardware set quarantined_at = case when quarantined_at is null then now() end where name = ?
                  """)
              .param(name)
              .update();
    }
  }

  private void patch(String name, Object value, String... path) {
    service.patch(
        admin,
        name,
        List.of(new JsonPatchOperation(OperationKind.ADD, List.of(path), value)),
        null);
  }

  private void create(Caller caller, String name, Map<String, Object> labels) {
    service.create(
        caller, new Request(name, SampleTypes.TYPE, Map.of("required", "r"), labels), null);
  }

  private static HardwareListQuery query(boolean allProjects, HardwareFilter filter) {
    return new HardwareListQuery(
            allProjects, null, null, null, null, null, false, SortKey.CREATED_AT, false, 0, null)
        .with(filter);
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

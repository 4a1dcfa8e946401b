package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.availability.DeviceAvailabilityReader;
import doni.hardware.HardwareListQuery.SortKey;
import doni.task.TaskState;
import doni.testing.TestInventory;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Reads the plans of the statements that a list makes at 100,000 devices: whatever a client filters
 * and sorts by, a page reads few blocks, and no large table from its beginning to its end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HardwareListPlanIT {

  private static final int DEVICES = 100_000;

  /** A page of eleven rows needs some dozens; all devices, or their tasks, are thousands. */
  private static final int MAX_BLOCKS = 1_000;

  private static final String PROJECT = "project-3";
  private static final UUID MIDDLE = UUID.fromString("80000000-0000-0000-0000-000000000000");
  private static final Pattern LARGE_SCAN =
      Pattern.compile("Seq Scan on (hardware|worker_task|sync_fake_worker|device_availability)\\b");
  private static final Pattern BLOCKS = Pattern.compile("shared hit=(\\d+)(?: read=(\\d+))?");
  private static final Pattern READ_ONLY = Pattern.compile("shared read=(\\d+)");

  private final TestInventory inventory = new TestInventory();

  /** An index that is built at once costs less than one that grows with every device. */
  @BeforeAll
  void enroll() {
    String index =
        inventory
            .jdbc()
            .sql("select pg_get_indexdef('hardware_live_name_parts'::regclass)")
            .query(String.class)
            .single();
    inventory.jdbc().sql("drop index hardware_live_name_parts").update();
    enrollDevices();
    // Ten devices with a newer generation than any attempt has worked on.
    inventory
        .jdbc()
        .sql("update hardware set generation = generation + 1 where name like '%3333'")
        .update();
    inventory.jdbc().sql(index).update();
    inventory
        .jdbc()
        .sql("vacuum analyze hardware, worker_task, scheduled_tasks, device_availability")
        .update();
  }

  private void enrollDevices() {
    inventory
        .jdbc()
        .sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, labels, created_at, updated_at,
              requested_at)
            select gen_random_uuid(), 'many-' || n, 'project-' || n % 10,
              case when n % 10000 = 0 then 'baremetal' else 'device.balena' end,
              jsonb_build_object('machine_name', case when n % 2000 = 0 then 'rare' else 'pi' end),
              jsonb_build_object('purpose', case when n % 7 < 2 then 'lab' else 'field' end, 'rack', 'r' || n % 1000)
                || case when n % 20000 = 0 then '{"retired": ""}' else '{}'::jsonb end,
              now() - n * interval '1 second', case when n % 3 = 0 then now() - n * interval '1 second' end, now()
            from generate_series(1, :devices) n
            """)
        .param("devices", DEVICES)
        .update();
    inventory
        .jdbc()
        .sql(
            """
            insert into worker_task (hardware_uuid, worker_type, served_generation, synced_generation, outcome)
            select uuid, case hardware_type when 'baremetal' then 'ironic' else 'fake-worker' end, 1, 1,
              case when name like '%0000' then 'FAILED' else 'SYNCED' end
            from hardware
            """)
        .update();
    inventory
        .jdbc()
        .sql(
            """
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, picked_by, last_heartbeat,
              version, priority)
            select worker_type, hardware_uuid::text, now() + interval '1 hour', running,
              case when running then 'replica' end, case when running then now() end, 1, 10
            from (select *, row_number() over () <= 5 as running from worker_task) t
            """)
        .update();
    inventory
        .jdbc()
        .sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason)
            select uuid, case when name like '%000' then 'OFFLINE' else 'ONLINE' end, now(), 'why' from hardware
            """)
        .update();
  }

  @AfterAll
  void close() {
    inventory.close();
  }

  @Test
  void readsFewBlocksWhateverAListIsFilteredAndSortedBy() {
    List<String> costly = new ArrayList<>();
    for (SortKey key : SortKey.values()) {
      for (HardwareListQuery query : filters(key)) {
        for (String project : List.of("", PROJECT)) {
          for (PageMarker marker : markers(key)) {
            String plan = plan(query, project.isEmpty() ? null : project, marker);
            if (LARGE_SCAN.matcher(plan).find() || blocks(plan) > MAX_BLOCKS) {
              costly.add("%s of '%s' after %s%n%s".formatted(query, project, marker, plan));
            }
          }
        }
      }
    }

    assertThat(costly).isEmpty();
  }

  /** Ten devices of 100,000 are pending: the others, and their tasks, are not read at all. */
  @Test
  void readsLittleMoreThanTheDevicesThatArePending() {
    HardwareListQuery query =
        query(SortKey.CREATED_AT, false, null, null, null, TaskState.PENDING, null);

    assertThat(blocks(plan(query, null, null))).isLessThan(30 * 10);
    assertThat(blocks(plan(query, PROJECT, null))).isLessThan(30 * 10);
  }

  private static List<HardwareListQuery> filters(SortKey key) {
    List<HardwareListQuery> queries = new ArrayList<>();
    queries.add(query(key, false, null, null, null, null, null));
    queries.add(query(key, true, null, null, null, null, null));
    queries.add(query(key, true, null, null, null, TaskState.ERROR, null));
    queries.add(query(key, false, "many-77", null, null, null, null));
    queries.add(query(key, false, null, null, null, null, true));
    queries.add(query(key, false, null, null, null, null, false));
    for (String type : List.of("device.balena", "baremetal", "unknown")) {
      queries.add(query(key, false, null, type, null, null, null));
    }
    for (String worker : List.of("fake-worker", "ironic", "tunelo")) {
      queries.add(query(key, false, null, null, worker, null, null));
    }
    for (TaskState state : TaskState.values()) {
      queries.add(query(key, false, null, null, null, state, null));
      queries.add(query(key, false, null, null, "fake-worker", state, null));
      queries.add(query(key, true, null, "device.balena", null, state, false));
      queries.add(
          query(key, false, null, null, null, state, null)
              .with(HardwareFilter.of(LabelSelector.parse("retired"))));
      queries.add(
          query(key, false, null, null, null, state, null)
              .with(new HardwareFilter(null, "9999", Map.of(), null, null, null, null)));
    }
    queries.add(query(key, false, null, "device.balena", "fake-worker", TaskState.ERROR, false));
    for (AvailabilityStatus status : AvailabilityStatus.values()) {
      queries.add(query(key, false, null, null, null, null, null).having(status));
    }
    for (HardwareFilter filter : furtherFilters()) {
      queries.add(query(key, false, null, null, null, null, null).with(filter));
    }
    return queries;
  }

  /** Labels that all devices have are not excluded: without a match, all devices are read. */
  private static List<HardwareFilter> furtherFilters() {
    List<HardwareFilter> filters = new ArrayList<>();
    for (String selector :
        List.of(
            "purpose=lab",
            "purpose!=lab",
            "rack=r7",
            "rack in (r7,r8),purpose=lab",
            "retired",
            "!retired",
            "none")) {
      filters.add(HardwareFilter.of(LabelSelector.parse(selector)));
    }
    for (String part : List.of("m", "any-", "9999", "zz")) {
      filters.add(new HardwareFilter(null, part, Map.of(), null, null, null, null));
    }
    for (String machine : List.of("pi", "rare")) {
      filters.add(
          new HardwareFilter(null, null, Map.of("machine_name", machine), null, null, null, null));
    }
    Instant recent = Instant.now().minusSeconds(60);
    Instant old = Instant.now().minusSeconds(DEVICES - 60);
    filters.add(new HardwareFilter(null, null, Map.of(), recent, null, null, null));
    filters.add(new HardwareFilter(null, null, Map.of(), null, old, null, null));
    filters.add(new HardwareFilter(null, null, Map.of(), null, null, recent, null));
    filters.add(new HardwareFilter(null, null, Map.of(), null, null, null, old));
    return filters;
  }

  private static HardwareListQuery query(
      SortKey key,
      boolean descending,
      @Nullable String name,
      @Nullable String type,
      @Nullable String worker,
      @Nullable TaskState state,
      @Nullable Boolean quarantined) {
    return new HardwareListQuery(
        false, name, type, worker, state, quarantined, false, key, descending, 10, null);
  }

  /**
   * The first page, and one in the middle. Within one hardware type, Postgres cannot estimate how
   * many devices follow a marker, so a filtered list that is sorted by it may cost more.
   */
  private static List<@Nullable PageMarker> markers(SortKey key) {
    List<@Nullable PageMarker> markers = new ArrayList<>();
    markers.add(null);
    Object middle =
        switch (key) {
          case CREATED_AT, UPDATED_AT ->
              OffsetDateTime.now(ZoneOffset.UTC).minusSeconds(DEVICES / 2);
          case NAME -> "many-5";
          case UUID -> MIDDLE;
          case PROJECT_ID -> PROJECT;
          case HARDWARE_TYPE -> "";
        };
    if (key != SortKey.HARDWARE_TYPE) {
      markers.add(new PageMarker(MIDDLE, middle));
    }
    return markers;
  }

  private String plan(
      HardwareListQuery query, @Nullable String project, @Nullable PageMarker marker) {
    return plan("explain (analyze, buffers, costs off, timing off) ", query, project, marker);
  }

  private String plan(
      String explain,
      HardwareListQuery query,
      @Nullable String project,
      @Nullable PageMarker marker) {
    HardwareQuerySql page = HardwareQuerySql.of(query, project, marker, query.limit() + 1);
    return String.join(
        "\n",
        inventory
            .jdbc()
            .sql(
                explain
                    + page.select(
                        HardwareRow.COLUMNS + ", " + DeviceAvailabilityReader.COLUMNS,
                        DeviceAvailabilityReader.JOIN))
            .params(page.parameters())
            .param(OffsetDateTime.now(ZoneOffset.UTC))
            .query((row, _) -> row.getString(1))
            .list());
  }

  /** What the topmost node has read, which comes first. */
  private static int blocks(String plan) {
    Matcher hit = BLOCKS.matcher(plan);
    if (hit.find()) {
      String read = hit.group(2);
      return Integer.parseInt(hit.group(1)) + (read == null ? 0 : Integer.parseInt(read));
    }
    Matcher read = READ_ONLY.matcher(plan);
    return read.find() ? Integer.parseInt(read.group(1)) : 0;
  }
}

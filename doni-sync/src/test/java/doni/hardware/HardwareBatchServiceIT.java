package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.hardware.HardwareBatchService.BatchResult;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareBatchServiceIT {

  private final HardwareService hardware;
  private final HardwareBatchService batches;
  private final JdbcClient jdbc;

  private final Caller alice = caller("alice", "member");
  private final Caller admin = caller("admin", "admin");

  @Autowired
  HardwareBatchServiceIT(HardwareService hardware, HardwareBatchService batches, JdbcClient jdbc) {
    this.hardware = hardware;
    this.batches = batches;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void enroll() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, leftover cascade").update();
    create("north-1", "north");
    create("north-2", "north");
    create("south-1", "south");
  }

  @Test
  void quarantinesAndReleasesWhatTheSelectorMatches() {
    List<BatchResult> results = batches.quarantineAll(admin, labeled("north"), "power work");

    assertThat(results).extracting(BatchResult::refusal).containsOnlyNulls();
    assertThat(quarantined()).containsExactly("north-1", "north-2");
    assertThat(batches.releaseAll(admin, labeled("north"))).hasSize(2);
    assertThat(quarantined()).isEmpty();
  }

  @Test
  void changesNothingTwice() {
    batches.quarantineAll(admin, labeled("north"), "power work");
    batches.quarantineAll(admin, labeled("north"), "power work");
    batches.releaseAll(admin, labeled("north"));
    batches.releaseAll(admin, labeled("north"));

    assertThat(events("hardware.quarantined")).isEqualTo(2);
    assertThat(events("hardware.released")).isEqualTo(2);
  }

  @Test
  void asksThePolicyForEachDevice() {
    List<BatchResult> results = batches.quarantineAll(alice, labeled("north"), null);

    assertThat(results)
        .hasSize(2)
        .allSatisfy(result -> assertThat(result.refusal()).contains("hardware:quarantine"));
    assertThat(quarantined()).isEmpty();
  }

  @Test
  void refusesAListThatTheCallerMayNotSee() {
    Caller guest = caller("rita", "guest");

    assertThatThrownBy(() -> batches.quarantineAll(guest, labeled("north"), null))
        .isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> batches.quarantineAll(guest, query(HardwareFilter.ALL), null))
        .isInstanceOf(Forbidden.class);
  }

  @Test
  void refusesARequestWithoutAFilter() {
    assertThatThrownBy(() -> batches.quarantineAll(admin, query(HardwareFilter.ALL), null))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("no filter");
    assertThat(quarantined()).isEmpty();
  }

  @Test
  void refusesMoreThanItsLimitAndChangesNone() {
    jdbc.sql(
            """
            insert into hardware (uuid, name, hardware_type, project_id, properties, labels, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, hardware_type, project_id, properties, labels, created_at, requested_at
            from hardware, generate_series(1, ?) n where name = 'north-1'
            """)
        .param(HardwareBatchService.MOST)
        .update();

    assertThatThrownBy(() -> batches.quarantineAll(admin, labeled("north"), null))
        .isInstanceOf(Invalid.class)
        .hasMessage("502 devices match, and a request takes at most 500; narrow the filter");
    assertThat(quarantined()).isEmpty();
  }

  private void create(String name, String site) {
    hardware.create(
        alice,
        new Request(name, SampleTypes.TYPE, Map.of("required", "r"), Map.of("site", site)),
        null);
  }

  private List<String> quarantined() {
    return jdbc.sql("select name from hardware where quarantined_at is not null order by name")
        .query((row, _) -> row.getString("name"))
        .list();
  }

  private long events(String kind) {
    return jdbc.sql("select count(*) from event where kind = ?")
        .param(kind)
        .query(Long.class)
        .single();
  }

  private static HardwareListQuery labeled(String site) {
    return query(HardwareFilter.of(LabelSelector.parse("site=" + site)));
  }

  private static HardwareListQuery query(HardwareFilter filter) {
    return new HardwareListQuery(
            false, null, null, null, null, null, false, SortKey.NAME, false, 0, null)
        .with(filter);
  }

  private static Caller caller(String user, String role) {
    return new Caller(
        user,
        user,
        "project",
        Set.of(role),
        Map.of("user_id", user, "project_id", "project"),
        "req-" + user);
  }
}

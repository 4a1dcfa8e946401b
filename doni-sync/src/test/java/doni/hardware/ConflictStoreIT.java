package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import doni.enrollment.HardwareId;
import doni.testing.TestInventory;
import doni.worker.ConflictFinder.Conflict;
import doni.worker.ConflictFinder.ConflictQuery;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

class ConflictStoreIT {

  private static final String LANE = "tunelo";
  private static final ConflictQuery SOUGHT =
      new ConflictQuery(
          List.of(
              Map.of("channels", Map.of("user", Map.of("public_key", "K"))),
              Map.of("channels", Map.of("mgmt", Map.of("public_key", "K")))),
          Map.of("owned_channels", List.of(Map.of("public_key", "K"))));

  private final TestInventory inventory = new TestInventory();
  private final ConflictStore neighbours = new ConflictStore(inventory.jdbc(), JsonMapper.shared());

  @AfterEach
  void close() {
    inventory.close();
  }

  private HardwareId device(String name, String properties, String details, int age) {
    HardwareId id = inventory.enrolled(name, LANE);
    inventory
        .jdbc()
        .sql(
            """
            update hardware set properties = ?::jsonb, created_at = now() - ? * interval '1 minute' where uuid = ?
            """)
        .params(properties, age, id.value())
        .update();
    inventory
        .jdbc()
        .sql("update worker_task set state_details = ?::jsonb where hardware_uuid = ?")
        .params(details, id.value())
        .update();
    return id;
  }

  @Test
  void knowsWhatForcedDeletionsLeft() {
    String wish = "{\"channels\": {\"user\": {\"public_key\": \"K\"}}}";
    HardwareId gone = device("gone", wish, "{\"owned_channels\": [{\"public_key\": \"K\"}]}", 9);
    HardwareId next = device("next", wish, "{}", 1);
    inventory
        .jdbc()
        .sql(
            """
            insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
              state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
            select gen_random_uuid(), h.uuid, t.worker_type, h.name, h.project_id, h.hardware_type, h.properties,
              t.state_details, '[]', 2, h.created_at, now(), 'u', now()
            from hardware h join worker_task t on t.hardware_uuid = h.uuid where h.uuid = ?
            """)
        .param(gone.value())
        .update();
    inventory.jdbc().sql("delete from hardware where uuid = ?").param(gone.value()).update();

    assertThat(neighbours.find(next, LANE, SOUGHT))
        .containsExactly(new Conflict(gone, true, true, true, true));
    assertThat(neighbours.find(gone, LANE, SOUGHT))
        .containsExactly(new Conflict(next, false, false, true, false));
  }

  @Test
  void findsWhoWantsOrReportsTheSame() {
    HardwareId asking =
        device("me", "{\"channels\": {\"user\": {\"public_key\": \"K\"}}}", "{}", 5);
    HardwareId earlier =
        device(
            "earlier",
            "{\"channels\": {\"mgmt\": {\"channel_type\": \"wireguard\", \"public_key\": \"K\"}}}",
            "{}",
            9);
    HardwareId reporting =
        device(
            "reporting",
            "{\"channels\": {\"user\": {\"public_key\": \"L\"}}}",
            "{\"owned_channels\": [{\"uuid\": \"U\", \"public_key\": \"K\"}]}",
            1);
    device("other", "{\"channels\": {\"user\": {\"public_key\": \"L\"}}}", "{}", 1);
    device("none", "{}", "{}", 1);

    assertThat(neighbours.find(asking, LANE, SOUGHT))
        .containsExactly(
            new Conflict(earlier, true, false, true, false),
            new Conflict(reporting, false, false, false, true));
  }

  @Test
  void findsADeletedDeviceUntilTheWorkerHasFinishedWithIt() {
    HardwareId asking = device("me", "{}", "{}", 1);
    HardwareId leaving =
        device("leaving", "{\"channels\": {\"user\": {\"public_key\": \"K\"}}}", "{}", 2);
    inventory
        .jdbc()
        .sql("update hardware set deleted_at = now() where uuid = ?")
        .param(leaving.value())
        .update();

    assertThat(neighbours.find(asking, LANE, SOUGHT))
        .containsExactly(new Conflict(leaving, true, true, true, false));

    inventory
        .jdbc()
        .sql("delete from worker_task where hardware_uuid = ?")
        .param(leaving.value())
        .update();
    assertThat(neighbours.find(asking, LANE, SOUGHT)).isEmpty();
  }

  /** The property and the details of another device each, as the tunelo worker writes them. */
  private void enroll(int devices) {
    inventory
        .jdbc()
        .sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, 'project', 'device.balena',
              jsonb_build_object('machine_name', 'raspberrypi4-64', 'contact_email', n || '@example.org',
                'channels', jsonb_build_object('user', jsonb_build_object('public_key', 'key-' || n))), now(), now()
            from generate_series(1, :devices) n
            """)
        .param("devices", devices)
        .update();
    inventory
        .jdbc()
        .sql(
            """
            insert into worker_task (hardware_uuid, worker_type, state_details)
            select uuid, type, jsonb_build_object('owned_channels', jsonb_build_array(
              jsonb_build_object('uuid', uuid, 'public_key', 'key-' || substr(name, 6))))
            from hardware cross join unnest(array['k8s', 'tunelo']) type where name like 'many-%'
            """)
        .update();
    inventory
        .jdbc()
        .sql(
            """
            insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
              state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
            select gen_random_uuid(), gen_random_uuid(), worker_type, 'gone', project_id, hardware_type, properties,
              state_details, '[]', 2, created_at, now(), 'u', now()
            from hardware join worker_task on hardware_uuid = uuid where name like 'many-%'
            """)
        .update();
    // Also merges what the indexes of JSON keep aside at first, which Postgres does by itself
    // later.
    inventory.jdbc().sql("vacuum analyze hardware, worker_task, leftover").update();
  }

  @Test
  void findsConflictsAmongManyDevicesByIndex() {
    HardwareId asking = device("me", "{}", "{}", 1);
    enroll(20_000);

    List<String> plan =
        neighbours
            .bound("explain " + ConflictStore.FIND, asking, LANE, SOUGHT)
            .query((row, _) -> row.getString(1))
            .list();

    assertThat(plan).noneMatch(line -> line.contains("Seq Scan"));
    assertThat(String.join("\n", plan))
        .contains(
            "hardware_properties",
            "worker_task_tunelo_details",
            "leftover_properties",
            "leftover_tunelo_details");
  }

  /** The driver prepares a statement after some executions; its plan may then be another one. */
  @Test
  void neverScansATableHoweverOftenItIsAsked() {
    HardwareId asking = device("me", "{}", "{}", 1);
    enroll(20_000);
    try (HikariDataSource database = inventory.connect(1)) {
      JdbcClient jdbc = JdbcClient.create(database);
      ConflictStore store = new ConflictStore(jdbc, JsonMapper.shared());
      long scans = scans(jdbc);

      for (int execution = 0; execution < 20; execution++) {
        assertThat(store.find(asking, LANE, SOUGHT)).isEmpty();
      }

      assertThat(scans(jdbc)).isEqualTo(scans);
    }
  }

  private static long scans(JdbcClient jdbc) {
    jdbc.sql("select pg_stat_force_next_flush()").query().listOfRows();
    return jdbc.sql(
            """
            select sum(seq_scan) from pg_stat_user_tables
            where relname in ('hardware', 'worker_task', 'leftover')
            """)
        .query(Long.class)
        .single();
  }

  @Test
  void looksAtTheAskingWorkersOwnTasksOnly() {
    HardwareId asking = device("me", "{}", "{}", 1);
    device("other", "{\"channels\": {\"user\": {\"public_key\": \"K\"}}}", "{}", 1);

    assertThat(neighbours.find(asking, "k8s", SOUGHT)).isEmpty();
  }
}

package doni.migration;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The built service's {@code migrate-from} on a real MariaDB that holds the original's dump: {@code
 * src/test/peers/mariadb} starts one and says where.
 */
@EnabledIfEnvironmentVariable(named = "DONI_TEST_MARIADB", matches = ".+")
class MariaDbMigrationIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String MASK = "************";
  private static final TypeReference<Map<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private static final String ORIGINAL_DEVICES =
      "select uuid, project_id, hardware_type, name, unix_timestamp(created_at), unix_timestamp(updated_at),"
          + " unix_timestamp(deleted_at) from hardware order by uuid";
  private static final String OUR_DEVICES =
      "select uuid::text, project_id, hardware_type, name, extract(epoch from created_at)::bigint,"
          + " extract(epoch from updated_at)::bigint, extract(epoch from deleted_at)::bigint from hardware order by 1";
  private static final String ORIGINAL_WINDOWS =
      "select uuid, hardware_uuid, unix_timestamp(start), unix_timestamp(end), unix_timestamp(created_at),"
          + " unix_timestamp(updated_at) from availability_window order by uuid";
  private static final String OUR_WINDOWS =
      "select uuid::text, hardware_uuid::text, extract(epoch from starts_at)::bigint, extract(epoch from ends_at)::bigint,"
          + " extract(epoch from created_at)::bigint, extract(epoch from updated_at)::bigint"
          + " from availability_window order by 1";

  /** A row's xmin moves with every write to it. */
  private static final String EVERYTHING =
      "select uuid::text, '', xmin::text from hardware"
          + " union all select hardware_uuid::text, worker_type, xmin::text from worker_task"
          + " union all select uuid::text, 'window', xmin::text from availability_window"
          + " union all select task_instance, 'queue ' || task_name, xmin::text from scheduled_tasks"
          + " order by 1, 2";

  @TempDir private Path directory;

  private EmbeddedPostgres postgres;
  private Connection original;

  @BeforeEach
  void open() throws Exception {
    postgres = EmbeddedPostgres.start();
    original =
        DriverManager.getConnection(
            environment("DONI_TEST_MARIADB"),
            environment("DONI_TEST_MARIADB_USER"),
            environment("DONI_TEST_MARIADB_PASSWORD"));
    try (Statement statement = original.createStatement()) {
      statement.execute("set time_zone = '+00:00'");
    }
  }

  @AfterEach
  void close() throws Exception {
    try (Statement statement = original.createStatement()) {
      statement.execute("delete from hardware where name like 'many-%'");
    }
    original.close();
    postgres.close();
  }

  @Test
  void takesEveryRowAndTakesNothingTwice() throws Exception {
    assertThat(migrate("--dry-run")).as("%s", said()).isZero();
    assertThat(said()).anyMatch(line -> line.startsWith("dry run, nothing was stored"));
    assertThat(ours("select count(*)::text from hardware")).isEqualTo(List.of(List.of("0")));

    assertThat(migrate()).as("%s", said()).isZero();

    assertThat(said())
        .anyMatch(line -> line.contains("imported    24 devices, 96 tasks, 9 windows"));
    assertThat(checksums()).hasSize(2);
    assertThat(ours(OUR_DEVICES)).isEqualTo(theirs(ORIGINAL_DEVICES)).hasSize(24);
    assertThat(ours(OUR_WINDOWS)).isEqualTo(theirs(ORIGINAL_WINDOWS)).hasSize(9);
    assertThat(ours("select hardware_uuid::text, worker_type from worker_task order by 1, 2"))
        .isEqualTo(theirs("select hardware_uuid, worker_type from worker_task order by 1, 2"));
    assertThat(
            ours("select count(*)::text from scheduled_tasks where priority = 10 and not picked"))
        .isEqualTo(List.of(List.of("96")));
    assertNothingIsInClear();

    List<String> checksums = checksums();
    assertThat(migrate()).as("%s", said()).isZero();
    assertThat(said())
        .anyMatch(line -> line.contains("imported    0 devices"))
        .anyMatch(line -> line.contains("existing    24 devices, unchanged"));
    assertThat(checksums().getFirst()).isEqualTo(checksums.getFirst());
  }

  @Test
  void showsEveryDeviceToClientsAsTheOriginalDid() throws Exception {
    assertThat(migrate()).as("%s", said()).isZero();

    Map<String, Map<String, @Nullable Object>> shown = new HashMap<>();
    try (DoniProcess service = doni("serve", "--doni.sync.enabled=false").start()) {
      service.awaitReady(PATIENCE);
      for (Map<String, @Nullable Object> device : hardware(service.uri())) {
        shown.put(String.valueOf(device.get("uuid")), device);
      }
    }

    List<List<@Nullable String>> live =
        theirs("select uuid, name, properties from hardware where deleted = 0");
    assertThat(shown).hasSize(live.size());
    for (List<@Nullable String> row : live) {
      Map<String, @Nullable Object> device = shown.get(row.get(0));
      Map<String, @Nullable Object> properties = object(row.get(2));
      properties.put("application_credential_secret", MASK);
      assertThat(device).containsEntry("name", row.get(1)).containsEntry("properties", properties);
      assertThat(workers(device)).isEqualTo(expectedWorkers(row.get(0)));
    }
  }

  @Test
  void canReadAndRotateWhatItEncrypted() throws Exception {
    assertThat(migrate()).as("%s", said()).isZero();

    // A credential and a token of each device, and the keys that Balena issued.
    assertThat(run("secrets", "verify")).isZero();
    assertThat(said()).contains("68 secrets, 0 cannot be decrypted");
    assertThat(
            run("secrets", "rotate", "--doni.secrets.keys.a-new-one=" + "BwcH".repeat(10) + "Bwc="))
        .as("%s", said())
        .isZero();
  }

  @Test
  void saysInOneLineThatTheDatabaseCannotBeEntered() throws Exception {
    DoniProcess.Builder builder =
        doni(
            "migrate-from",
            environment("DONI_TEST_MARIADB") + "?password=hunter2",
            "--username=mallory");

    try (DoniProcess doni = builder.start()) {
      assertThat(doni.awaitEnd(PATIENCE)).isEqualTo(1);
    }

    assertThat(said().getLast())
        .startsWith(
            "doni migrate-from: " + environment("DONI_TEST_MARIADB") + " cannot be entered");
    assertThat(said()).noneMatch(line -> line.contains("hunter2") || line.startsWith("\tat "));
  }

  @Test
  void takesFiveThousandDevicesInUnderAMinute() throws Exception {
    try (Statement statement = original.createStatement()) {
      statement.execute(
          "insert into hardware (created_at, deleted, uuid, project_id, hardware_type, name, properties)"
              + " select created_at, 0, uuid(), project_id, hardware_type, concat('many-', s.seq), properties"
              + " from hardware join seq_1_to_5000 s where name = 'edge-1-000'");
      statement.execute(
          "insert into worker_task (created_at, deleted, uuid, hardware_uuid, worker_type, state, state_details)"
              + " select t.created_at, 0, uuid(), m.uuid, t.worker_type, t.state, t.state_details from worker_task t"
              + " join hardware h on h.uuid = t.hardware_uuid and h.name = 'edge-1-000'"
              + " join hardware m on m.name like 'many-%'");
    }
    long before = System.nanoTime();

    assertThat(migrate()).as("%s", said()).isZero();

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMinutes(1));
    assertThat(said()).anyMatch(line -> line.contains("imported    5024 devices, 20096 tasks"));
    List<List<@Nullable String>> stored = ours(EVERYTHING);

    assertThat(migrate()).as("%s", said()).isZero();

    assertThat(said())
        .anyMatch(line -> line.contains("imported    0 devices"))
        .anyMatch(line -> line.contains("existing    5024 devices, unchanged"));
    assertThat(ours(EVERYTHING)).isEqualTo(stored);
  }

  private int migrate(String... options) throws IOException {
    return run(
        Stream.concat(
                Stream.of(
                    "migrate-from",
                    environment("DONI_TEST_MARIADB"),
                    "--username",
                    environment("DONI_TEST_MARIADB_USER")),
                Stream.of(options))
            .toArray(String[]::new));
  }

  private int run(String... arguments) throws IOException {
    Files.deleteIfExists(directory.resolve("doni.log"));
    try (DoniProcess doni = doni(arguments).start()) {
      return doni.awaitEnd(PATIENCE);
    }
  }

  private DoniProcess.Builder doni(String... arguments) {
    return DoniProcess.of(BuiltService.jar(), directory)
        .arguments(
            Stream.concat(
                    Stream.of(arguments),
                    Stream.of(
                        "--doni.keystone.static-tokens.tok3n.user-id=u",
                        "--doni.keystone.static-tokens.tok3n.project-id=p",
                        "--doni.keystone.static-tokens.tok3n.roles=admin"))
                .toArray(String[]::new))
        .database("jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres", "postgres", "")
        .environment("DONI_MIGRATE_PASSWORD", environment("DONI_TEST_MARIADB_PASSWORD"))
        .environment("DONI_SECRETS_KEYS_TEST", "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=")
        .environment("DONI_WORKERS_ENABLED", "k8s,balena,blazar.device,tunelo")
        .environment("DONI_WORKERS_K8S_BACKEND", "in-memory");
  }

  private List<String> said() {
    try {
      return Files.readAllLines(directory.resolve("doni.log"));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Of enrollments and of tasks; each must stand there twice. */
  private List<String> checksums() {
    List<String> all =
        said().stream()
            .filter(line -> line.contains("sha256 "))
            .map(line -> line.replaceFirst(".*sha256 ([0-9a-f]{64}) .*", "$1"))
            .toList();
    assertThat(all).hasSize(4);
    assertThat(all.get(1)).isEqualTo(all.get(0));
    assertThat(all.get(3)).isEqualTo(all.get(2));
    return List.of(all.get(0), all.get(2));
  }

  private void assertNothingIsInClear() throws Exception {
    String stored =
        ours("select coalesce(string_agg(properties::text, ''), '') from hardware").toString()
            + ours("select string_agg(state_details::text, '') from worker_task")
            + ours("select string_agg(body::text, '') from event")
            + said();
    for (List<@Nullable String> row : theirs("select properties from hardware")) {
      Map<String, @Nullable Object> properties = object(row.getFirst());
      assertThat(stored)
          .doesNotContain(
              String.valueOf(properties.get("application_credential_secret")),
              String.valueOf(properties.get("k8s_bootstrap_token")));
    }
    for (List<@Nullable String> row :
        theirs("select state_details from worker_task where worker_type = 'balena'")) {
      Object key = object(row.getFirst()).get("device_api_key");
      assertThat(stored).doesNotContain(key == null ? "\"device_api_key\": \"" : key.toString());
    }
  }

  private List<Map<String, @Nullable Object>> hardware(URI service) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      String body =
          http.send(
                  HttpRequest.newBuilder(service.resolve("/v1/hardware/?all_projects=True"))
                      .header("X-Auth-Token", "tok3n")
                      .build(),
                  BodyHandlers.ofString())
              .body();
      List<Map<String, @Nullable Object>> devices = new ArrayList<>();
      for (JsonNode device : JsonMapper.shared().readTree(body).get("hardware")) {
        devices.add(object(device.toString()));
      }
      return devices;
    }
  }

  /** State and details of each worker, without what a client sees of the engine's own doings. */
  private static Map<String, Object> workers(@Nullable Map<String, @Nullable Object> device) {
    Map<String, Object> workers = new LinkedHashMap<>();
    if (device != null && device.get("workers") instanceof List<?> list) {
      for (Object one : list) {
        Map<String, @Nullable Object> worker = JsonMapper.shared().convertValue(one, OBJECT);
        Map<String, @Nullable Object> details =
            JsonMapper.shared().convertValue(worker.get("state_details"), OBJECT);
        details
            .keySet()
            .removeAll(
                List.of(
                    "attempts",
                    "waiting_since",
                    "next_attempt_at",
                    "token_id",
                    "token_expires",
                    "label_keys"));
        if ("PENDING".equals(worker.get("state")) && !details.containsKey("defer_count")) {
          // That its turn will come; the original says nothing.
          details.remove("defer_reason");
        }
        workers.put(
            String.valueOf(worker.get("worker_type")),
            List.of(String.valueOf(worker.get("state")), details));
      }
    }
    return workers;
  }

  private Map<String, Object> expectedWorkers(@Nullable String device) throws Exception {
    Map<String, Object> workers = new LinkedHashMap<>();
    for (List<@Nullable String> row :
        theirs(
            "select worker_type, state, state_details from worker_task where hardware_uuid = '"
                + device
                + "'")) {
      Map<String, @Nullable Object> details = object(row.get(2));
      details.remove("issued new token");
      // What the original never ended has died with it.
      String state = String.valueOf(row.get(1)).replace("IN_PROGRESS", "PENDING");
      workers.put(String.valueOf(row.get(0)), List.of(state, details));
    }
    return workers;
  }

  private static Map<String, @Nullable Object> object(@Nullable String json) {
    return new HashMap<>(JsonMapper.shared().readValue(String.valueOf(json), OBJECT));
  }

  private List<List<@Nullable String>> theirs(String sql) throws SQLException {
    return rows(original, sql);
  }

  private List<List<@Nullable String>> ours(String sql) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection()) {
      return rows(connection, sql);
    }
  }

  private static List<List<@Nullable String>> rows(Connection connection, String sql)
      throws SQLException {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<@Nullable String> values = new ArrayList<>();
        for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
          values.add(row.getString(column));
        }
        rows.add(values);
      }
    }
    return rows;
  }

  private static String environment(String name) {
    return String.valueOf(System.getenv(name));
  }
}

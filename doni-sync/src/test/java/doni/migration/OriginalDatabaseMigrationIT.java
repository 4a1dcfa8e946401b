package doni.migration;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.migration.MigrationReport.MigrationFinding;
import doni.migration.MigrationReport.MigrationFinding.FindingKind;
import doni.migration.OriginalInventory.Counts;
import doni.migration.OriginalInventory.OriginalHardware;
import doni.migration.OriginalInventory.OriginalWindow;
import doni.migration.OriginalInventory.OriginalWorkerTask;
import doni.secret.SecretEncryptor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(
    classes = MigrationApplication.class,
    webEnvironment = SpringBootTest.WebEnvironment.NONE)
class OriginalDatabaseMigrationIT {

  private static final String TOKEN = "abcdef.0123456789abcdef";
  private static final Instant AT = Instant.parse("2026-11-22T18:21:43Z");

  private final OriginalDatabaseMigration originalDatabaseMigration;
  private final JdbcClient jdbc;
  private final SecretEncryptor sealer;

  OriginalDatabaseMigrationIT(
      @org.springframework.beans.factory.annotation.Autowired
          OriginalDatabaseMigration originalDatabaseMigration,
      @org.springframework.beans.factory.annotation.Autowired JdbcClient jdbc,
      @org.springframework.beans.factory.annotation.Autowired SecretEncryptor sealer) {
    this.originalDatabaseMigration = originalDatabaseMigration;
    this.jdbc = jdbc;
    this.sealer = sealer;
  }

  @BeforeEach
  void empty() {
    jdbc.sql("delete from hardware").update();
    jdbc.sql("delete from scheduled_tasks").update();
    jdbc.sql("delete from event").update();
  }

  @Test
  void takesAllThatTheDumpHolds() {
    MigrationReport report = migrate(DumpedOriginal.devices());

    assertThat(report.original()).isEqualTo(new Counts(24, 96, 9));
    assertThat(report.read()).isEqualTo(report.original());
    assertThat(report.taken()).isEqualTo(report.original());
    assertThat(report.complete()).isTrue();
    assertThat(report.enrollmentsStored()).isEqualTo(report.enrollmentsRead());
    assertThat(report.tasksStored()).isEqualTo(report.tasksRead());
    assertThat(count("hardware")).isEqualTo(24);
    assertThat(count("hardware where deleted_at is not null")).isEqualTo(2);
    assertThat(count("worker_task")).isEqualTo(96);
    assertThat(count("availability_window")).isEqualTo(9);
    assertThat(count("event where kind = 'hardware.migrated'")).isEqualTo(24);
  }

  @Test
  void storesADeviceOfTheDumpAsItWas() {
    migrate(DumpedOriginal.devices());

    Map<String, @Nullable Object> device = row("select * from hardware where name = 'edge-1-000'");
    assertThat(device)
        .containsEntry("uuid", UUID.fromString("7b840e8c-15b1-40bb-8114-8912c41774bd"))
        .containsEntry("project_id", "f69c3566f7c34af38f178c18dc7f17ad")
        .containsEntry("hardware_type", "device.balena")
        .containsEntry("generation", 1L)
        .containsEntry("updated_at", null)
        .containsEntry("deleted_at", null);
    assertThat(device.get("created_at")).asString().startsWith("2026-11-22 18:21:43");
    Map<String, Object> properties =
        sealer.decryptProperties(
            HardwareId.parse("7b840e8c-15b1-40bb-8114-8912c41774bd"),
            text("select properties::text from hardware where name = 'edge-1-000'"));
    assertThat(properties)
        .containsEntry("authorized_projects_reason", "class \u2603 \"quoted\"")
        .containsEntry("device_profiles", List.of("pi_camera", "pi_gpio"))
        .containsEntry("local_egress", "deny");
    assertThat(properties.get("authorized_projects"))
        .isEqualTo(List.of("bb9990c70cbb45f380336245377484cf", "Chameleon-\u00c4\u00d6"));
  }

  @Test
  void storesNoSecretInClear() {
    migrate(DumpedOriginal.devices());

    String all =
        jdbc.sql(
                "select string_agg(properties::text, '') || (select string_agg(state_details::text,"
                    + " '') from worker_task) || (select string_agg(body::text, '') from event)"
                    + " from hardware")
            .query(String.class)
            .single();
    // A credential, a token and a key of a device; Balena's worker is not enabled here.
    assertThat(all)
        .contains("$encrypted")
        .doesNotContain(
            "secret-414c343c1027c4d1", "uojtfr293aevrdho", "48fbab00052197bc8bd943498b89dd71");
  }

  @Test
  void keepsTheStatesThatClientsSaw() {
    migrate(DumpedOriginal.devices());

    assertThat(states("k8s", false)).isEqualTo(Map.of("STEADY", 18L, "PENDING", 4L));
    assertThat(states("balena", false)).isEqualTo(Map.of("STEADY", 18L, "ERROR", 4L));
    assertThat(states("blazar.device", false)).isEqualTo(Map.of("STEADY", 14L, "PENDING", 8L));
    assertThat(states("tunelo", false)).isEqualTo(Map.of("STEADY", 22L));
    assertThat(
            row(
                "select outcome, reason, defer_count, attempts, waiting_since is not null as waits"
                    + " from worker_task where outcome = 'DEFERRED' limit 1"))
        .isEqualTo(
            Map.of(
                "outcome",
                "DEFERRED",
                "reason",
                "Can not make resource reservable, as the underlying entity could not be found.",
                "defer_count",
                42,
                "attempts",
                42,
                "waits",
                true));
    assertThat(row("select reason, attempts from worker_task where outcome = 'FAILED' limit 1"))
        .isEqualTo(Map.of("reason", "Unhandled error", "attempts", 1));
  }

  @Test
  void hasTheWorkersCleanUpAfterWhatTheOriginalHadNotCleanedUp() {
    migrate(DumpedOriginal.devices());

    assertThat(states("tunelo", true)).isEqualTo(Map.of("PENDING", 2L));
    assertThat(states("k8s", true)).isEqualTo(Map.of("PENDING", 2L));
    assertThat(
            count(
                "worker_task t join hardware h on h.uuid = t.hardware_uuid where h.deleted_at is"
                    + " not null and t.served_generation = 0"))
        .isEqualTo(8);
  }

  @Test
  void makesEveryTaskDueInTheBackground() {
    migrate(DumpedOriginal.devices());

    assertThat(count("scheduled_tasks")).isEqualTo(72);
    assertThat(
            count("scheduled_tasks where execution_time <= now() and priority = 10 and not picked"))
        .isEqualTo(72);
    assertThat(count("scheduled_tasks where task_name = 'balena'")).isZero();
  }

  @Test
  void changesNothingWhenItIsRunAgain() {
    MigrationReport first = migrate(DumpedOriginal.devices());
    String before = contents();

    MigrationReport second = migrate(DumpedOriginal.devices());

    assertThat(second.taken()).isEqualTo(new Counts(0, 0, 0));
    assertThat(second.there()).isEqualTo(24);
    assertThat(second.complete()).isTrue();
    assertThat(second.enrollmentsStored()).isEqualTo(first.enrollmentsStored());
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void storesNothingInADryRun() {
    MigrationReport report =
        originalDatabaseMigration.run(new ListedOriginal(DumpedOriginal.devices()), true);

    assertThat(report.taken()).isEqualTo(new Counts(24, 96, 9));
    assertThat(count("hardware")).isZero();
    assertThat(count("scheduled_tasks")).isZero();
    assertThat(count("event")).isZero();
    assertThat(migrate(DumpedOriginal.devices()).enrollmentsStored())
        .isEqualTo(report.enrollmentsStored());
  }

  @Test
  void goesOnWhereARunWasBrokenOff() {
    List<OriginalHardware> devices = DumpedOriginal.devices();
    migrate(devices.subList(0, 10));

    MigrationReport rest = migrate(devices);

    assertThat(rest.there()).isEqualTo(10);
    assertThat(rest.taken().devices()).isEqualTo(14);
    assertThat(count("hardware")).isEqualTo(24);
  }

  @Test
  void leavesWhatWasChangedHere() {
    OriginalHardware device = device(1, "edge", "{}");
    migrate(List.of(device));
    jdbc.sql("update hardware set name = 'renamed', generation = 2").update();

    MigrationReport report = migrate(List.of(device));

    assertThat(report.findings())
        .extracting(MigrationFinding::kind, MigrationFinding::text)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                FindingKind.DIFFERS, "was changed here since it was taken; left as it is"));
    assertThat(report.complete()).isFalse();
    assertThat(row("select name from hardware")).isEqualTo(Map.of("name", "renamed"));
  }

  @Test
  void tellsWhatTheOriginalChangedAfterwards() {
    migrate(List.of(device(1, "edge", "{}")));

    MigrationReport report = migrate(List.of(device(1, "edge", "{\"local_egress\": \"deny\"}")));

    assertThat(report.findings())
        .extracting(MigrationFinding::text)
        .containsExactly("was changed in the original since it was taken; left as it is");
  }

  @Test
  void doesNotBringBackWhatWasDeletedHere() {
    migrate(DumpedOriginal.devices());
    jdbc.sql("delete from hardware where name = 'edge-1-000'").update();

    MigrationReport report = migrate(DumpedOriginal.devices());

    assertThat(report.goneHere()).isEqualTo(1);
    assertThat(report.there()).isEqualTo(23);
    assertThat(count("hardware")).isEqualTo(23);
  }

  @Test
  void doesNotTakeADeviceWhoseNameIsTaken() {
    jdbc.sql(
            "insert into hardware (uuid, name, project_id, hardware_type, properties, created_at,"
                + " requested_at) values (gen_random_uuid(), 'Edge', 'p', 'device.balena', '{}',"
                + " now(), now())")
        .update();

    MigrationReport report = migrate(List.of(device(1, "edge", "{}"), device(2, "other", "{}")));

    assertThat(report.taken().devices()).isEqualTo(1);
    assertThat(report.findings())
        .filteredOn(finding -> finding.kind() == FindingKind.NOT_TAKEN)
        .singleElement()
        .satisfies(finding ->
            assertThat(finding.text()).matches("its name belongs to hardware [0-9a-f-]{36} here"));
    assertThat(count("worker_task")).isEqualTo(3);
  }

  @Test
  void findsTheOneDeviceThatPostgresRefuses() {
    List<OriginalHardware> devices = new ArrayList<>(DumpedOriginal.devices());
    devices.add(device(9_999_999, "odd", "{\"contact_email\": \"nul \\u0000\"}"));

    MigrationReport report = migrate(devices);

    assertThat(report.taken().devices()).isEqualTo(24);
    assertThat(report.findings())
        .filteredOn(finding -> finding.kind() == FindingKind.NOT_TAKEN)
        .extracting(MigrationFinding::text)
        .containsExactly("cannot be stored: Postgres refuses it with SQL state 22P05");
  }

  @Test
  void takesWhatOurSchemasRefuseAndSaysSo() {
    MigrationReport report =
        migrate(List.of(device(1, "edge", "{\"machine_name\": \"NO SUCH\", \"secret_thing\": 5}")));

    assertThat(report.taken().devices()).isEqualTo(1);
    assertThat(report.complete()).isTrue();
    assertThat(texts(report, FindingKind.TO_FIX))
        .anyMatch(text -> text.startsWith("/properties/machine_name: "))
        .anyMatch(text -> text.contains("contact_email"))
        .noneMatch(text -> text.contains("NO SUCH"));
    assertThat(texts(report, FindingKind.NOTE))
        .anyMatch(text -> text.startsWith("/properties/secret_thing: no enabled worker knows it"));
  }

  @Test
  void issuesATokenToADeviceThatIsOlderThanTokens() {
    OriginalHardware device = device(1, "edge", "{\"k8s_bootstrap_token\": \"\"}");

    MigrationReport first = migrate(List.of(device));

    assertThat(texts(first, FindingKind.NOTE))
        .contains("has no k8s_bootstrap_token: one was issued");
    assertThat(properties(device)).containsKey("k8s_bootstrap_token");
    assertThat(migrate(List.of(device)).there()).isEqualTo(1);
  }

  @Test
  void storesASecretThatIsNoTextAsTextAndEncrypted() {
    OriginalHardware device = device(1, "edge", "{\"ipmi_password\": 4711}");

    migrate(List.of(device));

    assertThat(properties(device))
        .containsEntry("ipmi_password", new doni.enrollment.Secret("4711"));
    assertThat(text("select properties::text from hardware")).doesNotContain("4711");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{", "5", "\"text\"", "{\"a\": NaN}"})
  void doesNotTakeWhatIsNoJsonObject(String properties) {
    MigrationReport report = migrate(List.of(device(1, "edge", properties)));

    assertThat(texts(report, FindingKind.NOT_TAKEN))
        .containsExactly("its properties must be a JSON object");
    assertThat(count("hardware")).isZero();
  }

  @Test
  void doesNotTakeAnUnknownHardwareType() {
    MigrationReport report =
        migrate(
            List.of(
                new OriginalHardware(
                    1,
                    UUID.randomUUID().toString(),
                    "toaster",
                    "p",
                    "toaster",
                    "{}",
                    false,
                    AT,
                    null,
                    null,
                    List.of(),
                    List.of())));

    assertThat(texts(report, FindingKind.NOT_TAKEN))
        .containsExactly(
            "its hardware type 'toaster' is not in doni.hardware-types; enable it and run this"
                + " again");
    assertThat(report.complete()).isFalse();
  }

  @Test
  void doesNotTakeTheReportOfAnUnknownWorkerAndGivesMissingOnesATask() {
    OriginalHardware device =
        with(device(1, "edge", "{}"), new OriginalWorkerTask("zun", "STEADY", "{}", AT, null));

    MigrationReport report = migrate(List.of(device));

    assertThat(texts(report, FindingKind.NOT_TAKEN))
        .containsExactly("what worker 'zun' reported: it does not serve device.balena");
    assertThat(
            jdbc.sql("select task_name from scheduled_tasks order by 1").query(String.class).list())
        .containsExactly("blazar.device", "k8s", "tunelo");
  }

  @Test
  void keepsWhatAWorkerReportedThatIsNotEnabledHere() {
    OriginalHardware device =
        with(
            device(1, "edge", "{}"),
            new OriginalWorkerTask("balena", "STEADY", "{\"device_id\": 5}", AT, null));

    MigrationReport report = migrate(List.of(device));

    assertThat(texts(report, FindingKind.NOTE))
        .contains("what worker 'balena' reported is kept until doni.workers.enabled names it");
    assertThat(
            row(
                "select state_details ->> 'device_id' as id from worker_task where worker_type ="
                    + " 'balena'"))
        .isEqualTo(Map.of("id", "5"));
  }

  @Test
  void leavesOutADeletedDeviceThatTheOriginalHasCleanedUpAfter() {
    OriginalHardware device =
        deleted(
            with(
                device(1, "edge", "{\"k8s_bootstrap_token\": \"" + TOKEN + "\"}"),
                new OriginalWorkerTask("k8s", "STEADY", "{\"deleted_token_secrets\": 1}", AT, AT),
                new OriginalWorkerTask("tunelo", "STEADY", "{\"channels\": null}", AT, AT),
                new OriginalWorkerTask(
                    "blazar.device", "STEADY", "{\"blazar_resource_id\": null}", AT, AT)));

    MigrationReport report = migrate(List.of(device));

    assertThat(report.cleanedUp()).isEqualTo(1);
    assertThat(count("hardware")).isZero();
  }

  @Test
  void takesOfADeletedDeviceOnlyTheWorkThatIsLeft() {
    OriginalHardware device =
        deleted(
            with(
                device(1, "edge", "{}"),
                new OriginalWorkerTask("tunelo", "STEADY", "{\"channels\": null}", AT, AT),
                new OriginalWorkerTask("blazar.device", "IN_PROGRESS", "{}", AT, AT)));

    migrate(List.of(device));

    assertThat(jdbc.sql("select worker_type from worker_task").query(String.class).list())
        .containsExactly("blazar.device");
  }

  @Test
  void takesTheOtherWindowsOfADeviceWithAnImpossibleOne() {
    OriginalHardware plain = device(1, "edge", "{}");
    OriginalHardware device =
        new OriginalHardware(
            1,
            plain.uuid(),
            "edge",
            "p",
            EdgeTypes.TYPE,
            plain.properties(),
            false,
            AT,
            null,
            null,
            List.of(),
            List.of(
                new OriginalWindow(UUID.randomUUID().toString(), AT, AT, AT, null),
                new OriginalWindow(UUID.randomUUID().toString(), AT, null, AT, null),
                new OriginalWindow(UUID.randomUUID().toString(), AT, AT.plusSeconds(1), AT, null)));

    MigrationReport report = migrate(List.of(device));

    assertThat(texts(report, FindingKind.NOT_TAKEN)).hasSize(2);
    assertThat(count("availability_window")).isEqualTo(1);
  }

  @Test
  void doesNotQuoteASecretInTheReasonOfAFailure() {
    OriginalHardware device =
        with(
            device(1, "edge", "{\"application_credential_secret\": \"hunter2\"}"),
            new OriginalWorkerTask(
                "tunelo", "ERROR", "{\"last_error\": \"400: bad hunter2\"}", AT, null));

    migrate(List.of(device));

    assertThat(row("select reason from worker_task where worker_type = 'tunelo'"))
        .isEqualTo(Map.of("reason", "400: bad ************"));
  }

  @Test
  void readsMoreThanOneBatch() {
    List<OriginalHardware> devices =
        IntStream.rangeClosed(1, 450).mapToObj(i -> device(i, "edge-" + i, "{}")).toList();

    MigrationReport report = migrate(devices);

    assertThat(report.taken()).isEqualTo(new Counts(450, 1350, 0));
    assertThat(count("hardware")).isEqualTo(450);
  }

  private MigrationReport migrate(List<OriginalHardware> devices) {
    return originalDatabaseMigration.run(new ListedOriginal(devices), false);
  }

  private static OriginalHardware device(long id, String name, String properties) {
    return new OriginalHardware(
        id,
        new UUID(4711, id).toString(),
        name,
        "p",
        EdgeTypes.TYPE,
        properties,
        false,
        AT,
        null,
        null,
        List.of(),
        List.of());
  }

  private static OriginalHardware with(OriginalHardware device, OriginalWorkerTask... tasks) {
    return new OriginalHardware(
        device.id(),
        device.uuid(),
        device.name(),
        device.projectId(),
        device.hardwareType(),
        device.properties(),
        device.deleted(),
        device.createdAt(),
        device.updatedAt(),
        device.deletedAt(),
        List.of(tasks),
        device.windows());
  }

  private static OriginalHardware deleted(OriginalHardware device) {
    return new OriginalHardware(
        device.id(),
        device.uuid(),
        device.name(),
        device.projectId(),
        device.hardwareType(),
        device.properties(),
        true,
        device.createdAt(),
        AT,
        AT,
        device.tasks(),
        device.windows());
  }

  private Map<String, Object> properties(OriginalHardware device) {
    return sealer.decryptProperties(
        HardwareId.parse(Objects.requireNonNull(device.uuid())),
        text("select properties::text from hardware"));
  }

  private static List<String> texts(MigrationReport report, FindingKind findingKind) {
    return report.findings().stream()
        .filter(finding -> finding.kind() == findingKind)
        .map(MigrationFinding::text)
        .toList();
  }

  private Map<String, Long> states(String worker, boolean deleted) {
    Map<String, Long> states = new java.util.HashMap<>();
    jdbc.sql(
            "select s.state, count(*) from worker_task_state s join hardware h on h.uuid ="
                + " s.hardware_uuid where s.worker_type = ? and (h.deleted_at is not null) = ?"
                + " group by 1")
        .param(worker)
        .param(deleted)
        .query(row -> {
          states.put(row.getString(1), row.getLong(2));
        });
    return states;
  }

  private long count(String what) {
    return jdbc.sql("select count(*) from " + what).query(Long.class).single();
  }

  private String text(String sql) {
    return jdbc.sql(sql).query(String.class).single();
  }

  private Map<String, @Nullable Object> row(String sql) {
    return jdbc.sql(sql).query().singleRow();
  }

  /** All rows, for comparison. */
  private String contents() {
    Set<String> rows = new HashSet<>();
    for (String table :
        List.of("hardware", "worker_task", "availability_window", "scheduled_tasks", "event")) {
      rows.addAll(
          jdbc.sql("select '" + table + "' || t::text from " + table + " t")
              .query(String.class)
              .list());
    }
    return String.join("\n", Stream.of(rows.toArray(String[]::new)).sorted().toList());
  }
}

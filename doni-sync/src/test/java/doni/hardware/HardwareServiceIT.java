package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.database.RetentionJob;
import doni.enrollment.Generation;
import doni.enrollment.Secret;
import doni.event.HardwareEvent;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import doni.request.RequestRefusedException.Stale;
import doni.task.TaskState;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareServiceIT {

  private final HardwareService intake;
  private final JdbcClient jdbc;
  private final IdempotencyKeyStore keys;
  private final RetentionJob removal;

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller bob = caller("bob", "bob-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");

  @Autowired
  HardwareServiceIT(
      HardwareService intake,
      JdbcClient jdbc,
      IdempotencyKeyStore keys,
      RetentionJob idempotencyKeyRetentionJob) {
    this.intake = intake;
    this.jdbc = jdbc;
    this.keys = keys;
    this.removal = idempotencyKeyRetentionJob;
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, availability_window, worker_task, event, idempotency_key,"
                + " scheduled_tasks cascade")
        .update();
  }

  @Test
  void storesWhatWasAskedForWithItsDefaults() {
    HardwareView created = create(alice, "dev", Map.of("required", "r", "secret", "s3cret"));

    assertThat(intake.get(alice, "dev")).isEqualTo(created);
    assertThat(created.properties())
        .containsEntry("stored", "stored-value")
        .containsEntry("token", SampleTypes.ISSUED)
        .containsEntry("secret", Secret.MASK)
        .doesNotContainKey("declared");
    assertThat(created.workers())
        .singleElement()
        .satisfies(worker -> assertThat(worker.state()).isEqualTo(TaskState.PENDING));
  }

  @Test
  void showsTokensToThoseWhoMayChangeTheDeviceOnly() {
    HardwareView created = create(alice, "dev", valid());
    jdbc.sql(
            "update worker_task set state_details = '{\"device_key\": \"k3y\", \"fleet\": \"pi\"}'")
        .update();
    Caller reader = caller("rita", "alice-project", "reader");

    HardwareView read = intake.get(reader, "dev");

    assertThat(read.properties())
        .isNotEqualTo(created.properties())
        .containsEntry("token", Secret.MASK)
        .containsEntry("required", "r");
    assertThat(read.workers().getFirst().stateDetails())
        .containsEntry("device_key", Secret.MASK)
        .containsEntry("fleet", "pi");
    assertThat(intake.list(reader, query(null, null, null, null)))
        .toIterable()
        .containsExactly(read);
    assertThat(intake.get(alice, "dev").properties()).containsEntry("token", SampleTypes.ISSUED);
    assertThatThrownBy(() -> intake.delete(reader, "dev", null)).isInstanceOf(Forbidden.class);
  }

  @Test
  void keepsSecretsOutOfTheDatabase() {
    create(alice, "dev", Map.of("required", "r", "secret", "s3cret", "token", "t0ken-t0ken"));

    String everything =
        jdbc.sql(
                "select string_agg(h::text, ' ') || string_agg(e::text, ' ') from hardware h, event"
                    + " e")
            .query(String.class)
            .single();

    assertThat(everything).contains("dev").doesNotContain("s3cret", "t0ken-t0ken");
  }

  @Test
  void queuesATaskForEveryEnabledWorker() {
    HardwareView created = create(alice, "dev", valid());

    assertThat(
            jdbc.sql(
                    "select task_name from scheduled_tasks where task_instance = ? and"
                        + " execution_time <= now()")
                .param(created.id().toString())
                .query(String.class)
                .list())
        .containsExactly(SampleTypes.WORKER);
  }

  @Test
  void refusesANameThatALiveDeviceHasInWhateverLetterCase() {
    create(alice, "dev", valid());

    assertThatThrownBy(() -> create(bob, "DEV", valid()))
        .isInstanceOf(Conflict.class)
        .hasMessage("Hardware with name DEV already exists.");
  }

  @Test
  void enrollsANameOnceHoweverManyAskAtTheSameTime() throws Exception {
    List<Callable<Boolean>> attempts =
        IntStream.range(0, 16)
            .<Callable<Boolean>>mapToObj(_ -> () -> succeeds(() -> create(alice, "dev", valid())))
            .toList();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> outcomes = threads.invokeAll(attempts);

      assertThat(outcomes.stream().filter(Future::resultNow)).hasSize(1);
    }
    assertThat(jdbc.sql("select count(*) from scheduled_tasks").query(Long.class).single())
        .isEqualTo(1);
  }

  @Test
  void freesTheNameOfADeletedDeviceAtOnce() {
    create(alice, "dev", valid());
    intake.delete(alice, "dev", null);

    assertThat(create(bob, "dev", valid()).projectId()).isEqualTo("bob-project");
  }

  @Test
  void keepsADeletedDeviceUntilItsWorkersHaveCleanedUp() {
    create(alice, "dev", valid());
    intake.delete(alice, "dev", null);

    assertThat(jdbc.sql("select count(*) from hardware").query(Long.class).single()).isEqualTo(1);
  }

  @Test
  void forgetsADeletedDeviceThatNoWorkerEverServed() {
    create(alice, "dev", valid());
    jdbc.sql("delete from worker_task").update();
    intake.delete(alice, "dev", null);

    assertThat(jdbc.sql("select count(*) from hardware").query(Long.class).single()).isZero();
    assertThat(
            jdbc.sql("select kind from event order by id desc limit 1")
                .query(String.class)
                .single())
        .isEqualTo("hardware.deleted");
  }

  @Test
  void listsEveryViolation() {
    assertThatThrownBy(() -> create(alice, "dev", Map.of("bogus", 1, "list", "x")))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.violations()).hasSize(3));
    assertThat(jdbc.sql("select count(*) from hardware").query(Long.class).single()).isZero();
  }

  @Test
  void answersTheSameIdempotencyKeyWithTheSameDevice() {
    Request request = new Request("dev", SampleTypes.TYPE, valid());
    HardwareView first = intake.create(alice, request, "key-1");

    assertThat(intake.create(alice, request, "key-1").id()).isEqualTo(first.id());
    assertThat(jdbc.sql("select count(*) from hardware").query(Long.class).single()).isEqualTo(1);
  }

  @Test
  void refusesAnIdempotencyKeyForAnotherRequest() {
    intake.create(alice, new Request("dev", SampleTypes.TYPE, valid()), "key-1");

    assertThatThrownBy(
            () -> intake.create(alice, new Request("other", SampleTypes.TYPE, valid()), "key-1"))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void refusesAnIdempotencyKeyOfAnotherUser() {
    Request request = new Request("dev", SampleTypes.TYPE, valid());
    intake.create(alice, request, "key-1");

    assertThatThrownBy(
            () -> intake.create(caller("eve", "alice-project", "member"), request, "key-1"))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void storesNoHashOfARequestThatCanBeGuessedWithoutAKey() throws Exception {
    intake.create(alice, new Request("dev", SampleTypes.TYPE, valid()), "key-1");

    byte[] stored =
        jdbc.sql("select request_hash from idempotency_key").query(byte[].class).single();

    for (String canonical :
        List.of(
            "{\"hardware_type\":\"sample\",\"name\":\"dev\",\"properties\":{\"required\":\"r\"}}",
            "{\"hardware_type\":\"sample\",\"name\":\"dev\",\"properties\":{\"required\":\"r\"},\"user\":\"alice\"}")) {
      assertThat(stored)
          .isNotEqualTo(
              MessageDigest.getInstance("SHA-256")
                  .digest(canonical.getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(stored).hasSize(32);
  }

  @Test
  void removesIdempotencyKeysAfterADayWithoutAnotherRequest() {
    intake.create(alice, new Request("old", SampleTypes.TYPE, valid()), "key-1");
    intake.create(alice, new Request("new", SampleTypes.TYPE, valid()), "key-2");
    jdbc.sql("update idempotency_key set created_at = now() - interval '25 hours'").update();
    jdbc.sql("update idempotency_key set created_at = now() - interval '23 hours' where key = ?")
        .param("key-2")
        .update();

    keys.removeExpired();

    assertThat(jdbc.sql("select key from idempotency_key").query(String.class).list())
        .containsExactly("key-2");
    assertThat(removal.isRunning()).isTrue();
  }

  @Test
  void removesIdempotencyKeysWithTheirHardware() {
    intake.create(alice, new Request("dev", SampleTypes.TYPE, valid()), "key-1");

    jdbc.sql("delete from hardware").update();

    assertThat(jdbc.sql("select count(*) from idempotency_key").query(Long.class).single())
        .isZero();
  }

  @Test
  void keepsIdempotencyKeysOfProjectsApart() {
    intake.create(alice, new Request("dev", SampleTypes.TYPE, valid()), "key-1");

    assertThat(intake.create(bob, new Request("other", SampleTypes.TYPE, valid()), "key-1").name())
        .isEqualTo("other");
  }

  @Test
  void doesNotClaimAnIdempotencyKeyForARefusedRequest() {
    create(bob, "dev", valid());
    Request request = new Request("dev", SampleTypes.TYPE, valid());
    assertThatThrownBy(() -> intake.create(alice, request, "key-1")).isInstanceOf(Conflict.class);
    intake.delete(bob, "dev", null);

    assertThat(intake.create(alice, request, "key-1").projectId()).isEqualTo("alice-project");
  }

  @Test
  void raisesTheGenerationWithEveryChange() {
    HardwareView created = create(alice, "dev", valid());

    HardwareView changed = patch(alice, "dev", OperationKind.ADD, "x", "properties", "hidden");

    assertThat(created.generation()).isEqualTo(Generation.FIRST);
    assertThat(changed.generation()).isEqualTo(new Generation(2));
    assertThat(changed.updatedAt()).isNotNull();
  }

  @Test
  void answersRightAndWrongGuessesOfAMaskedSecretAlike() {
    for (Map.Entry<String, String> guess : Map.of("right", "s3cret", "wrong", "0ther").entrySet()) {
      create(alice, guess.getKey(), Map.of("required", "r", "secret", "s3cret"));

      HardwareView patched =
          patch(
              alice,
              guess.getKey(),
              OperationKind.REPLACE,
              guess.getValue(),
              "properties",
              "secret");

      assertThat(patched.generation()).isEqualTo(new Generation(2));
      assertThat(intake.events(alice, guess.getKey(), 1, null).getFirst().body())
          .isEqualTo(
              Map.of(
                  "changed",
                  List.of(
                      Map.of(
                          "field", "properties.secret", "from", Secret.MASK, "to", Secret.MASK))));
    }
  }

  @Test
  void leavesADeviceAloneWhenItsMaskIsSentBack() {
    HardwareView created = create(alice, "dev", Map.of("required", "r", "secret", "s3cret"));

    HardwareView same = patch(alice, "dev", OperationKind.ADD, created.properties(), "properties");

    assertThat(same.generation()).isEqualTo(Generation.FIRST);
  }

  @Test
  void leavesADeviceAloneWhenAPatchChangesNothing() {
    create(alice, "dev", valid());

    HardwareView same = patch(alice, "dev", OperationKind.ADD, "r", "properties", "required");

    assertThat(same.generation()).isEqualTo(Generation.FIRST);
    assertThat(same.updatedAt()).isNull();
  }

  @Test
  void checksAPatchAgainstTheSameRulesAsAnEnrollment() {
    create(alice, "dev", valid());

    assertThatThrownBy(() -> patch(alice, "dev", OperationKind.ADD, 5, "properties", "required"))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("/properties/required");
    assertThatThrownBy(() -> patch(alice, "dev", OperationKind.ADD, 5, "properties", "bogus"))
        .hasMessageContaining("bogus");
  }

  @Test
  void refusesToRenameToATakenName() {
    create(alice, "dev", valid());
    create(alice, "other", valid());

    assertThatThrownBy(() -> patch(alice, "other", OperationKind.REPLACE, "dev", "name"))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void patchesADeviceOfWhichAWorkerWasDisabled() {
    HardwareView created = create(alice, "dev", valid());
    jdbc.sql("update hardware set properties = properties || '{\"of_a_disabled_worker\": 1}'")
        .update();

    patch(alice, "dev", OperationKind.ADD, "x", "properties", "hidden");

    assertThat(intake.get(alice, "dev").properties()).doesNotContainKey("of_a_disabled_worker");
    assertThat(
            jdbc.sql("select properties ->> 'of_a_disabled_worker' from hardware where uuid = ?")
                .param(created.id().value())
                .query(String.class)
                .single())
        .isEqualTo("1");
  }

  /** A new device is shown without a read of its tasks; that must not be a second rule. */
  @Test
  void showsANewDeviceAsItIsReadLater() {
    HardwareView created = create(alice, "dev", valid());

    assertThat(intake.get(alice, "dev").workers()).isEqualTo(created.workers());
  }

  @Test
  void refusesAChangeOfAnotherGenerationThanTheOneExpected() {
    create(alice, "dev", valid());

    assertThatThrownBy(() ->
            intake.patch(
                alice,
                "dev",
                List.of(operation(OperationKind.ADD, "x", "properties", "hidden")),
                Set.of(new Generation(6), new Generation(7))))
        .isInstanceOf(Stale.class);
    assertThat(intake.get(alice, "dev").generation()).isEqualTo(Generation.FIRST);
    assertThatThrownBy(() -> intake.delete(alice, "dev", Set.of(new Generation(7))))
        .isInstanceOf(Stale.class);
  }

  @Test
  void losesNoneOfManyChangesThatComeTogether() throws Exception {
    create(alice, "dev", valid());
    List<Callable<HardwareView>> changes =
        IntStream.range(0, 20)
            .<Callable<HardwareView>>mapToObj(i ->
                () ->
                    patch(
                        alice, "dev", OperationKind.ADD, "v" + i, "properties", "object", "k" + i))
            .toList();
    patch(alice, "dev", OperationKind.ADD, Map.of(), "properties", "object");

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.invokeAll(changes);
    }

    HardwareView changed = intake.get(alice, "dev");
    assertThat((Map<?, ?>) changed.properties().get("object")).hasSize(20);
    assertThat(changed.generation()).isEqualTo(new Generation(22));
  }

  @Test
  void keepsWindowsBesideTheDevice() {
    create(alice, "dev", valid());

    patch(
        alice,
        "dev",
        OperationKind.ADD,
        Map.of("start", "2031-03-03T00:00:00Z", "end", "2031-04-01T00:00:00Z"),
        "availability",
        "-");

    assertThat(intake.availability(alice, "dev"))
        .singleElement()
        .satisfies(window -> {
          assertThat(window.window().start()).isEqualTo("2031-03-03T00:00:00Z");
          assertThat(window.updatedAt()).isNull();
        });
  }

  /** "From 2 windows to 2 windows" would say nothing of a window that was moved. */
  @Test
  void namesTheTimesOfChangedWindowsInItsEvent() {
    create(alice, "dev", valid());
    Map<String, Object> window =
        Map.of("start", "2031-03-03T00:00:00Z", "end", "2031-04-01T00:00:00Z");
    patch(alice, "dev", OperationKind.ADD, window, "availability", "-");
    String uuid = intake.availability(alice, "dev").getFirst().window().uuid().toString();

    patch(alice, "dev", OperationKind.REPLACE, "2031-05-01T00:00:00Z", "availability", uuid, "end");

    assertThat(intake.events(alice, "dev", 2, null))
        .extracting(HardwareEvent::body)
        .containsExactly(
            Map.of(
                "changed",
                List.of(
                    Map.of(
                        "field",
                        "availability." + uuid,
                        "from",
                        "2031-03-03T00:00:00Z to 2031-04-01T00:00:00Z",
                        "to",
                        "2031-03-03T00:00:00Z to 2031-05-01T00:00:00Z"))),
            Map.of(
                "changed",
                List.of(
                    Map.of(
                        "field",
                        "availability." + uuid,
                        "to",
                        "2031-03-03T00:00:00Z to 2031-04-01T00:00:00Z"))));
  }

  @Test
  void showsDevicesToTheirProjectAndToAdminsOnly() {
    HardwareView created = create(alice, "dev", valid());

    assertThatThrownBy(() -> intake.get(bob, created.id().toString()))
        .isInstanceOf(Forbidden.class)
        .hasMessage("hardware:get is disallowed by policy");
    assertThat(intake.get(admin, "dev").id()).isEqualTo(created.id());
    assertThat(list(bob, false)).isExhausted();
    assertThat(list(admin, true)).toIterable().hasSize(1);
    assertThatThrownBy(() -> list(alice, true)).isInstanceOf(Forbidden.class);
  }

  @Test
  void findsNothingUnderADeletedName() {
    HardwareView created = create(alice, "dev", valid());
    intake.delete(alice, "dev", null);

    assertThatThrownBy(() -> intake.get(alice, created.id().toString()))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> intake.sync(alice, "dev")).isInstanceOf(NotFound.class);
  }

  @Test
  void pagesThroughEveryDeviceOnceWhateverTheOrder() {
    for (int i = 0; i < 7; i++) {
      create(alice, "dev-" + i, valid());
    }
    for (SortKey key : SortKey.values()) {
      for (boolean descending : new boolean[] {false, true}) {
        assertThat(pageThrough(key, descending))
            .as("%s %s", key, descending)
            .hasSize(7)
            .doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void listsAndExportsAllDevicesOfSeveralPagesOnce() {
    int devices = 2 * HardwareRows.PAGE_ROWS + 1;
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, 'alice-project', ?, '{}', now(), now() from generate_series(1, ?) n
            """)
        .param(SampleTypes.TYPE)
        .param(devices)
        .update();
    HardwareListQuery all = query(null, null, null, null);

    assertThat(list(all))
        .toIterable()
        .extracting(HardwareView::id)
        .hasSize(devices)
        .doesNotHaveDuplicates();
    assertThat(intake.export(all))
        .toIterable()
        .extracting(HardwareView::id)
        .hasSize(devices)
        .doesNotHaveDuplicates();
  }

  @Test
  void filtersByNameTypeWorkerAndState() {
    create(alice, "dev-1", valid());
    create(alice, "dev-2", valid());

    assertThat(list(query("DEV-2", null, null, null)))
        .toIterable()
        .extracting(HardwareView::name)
        .containsExactly("dev-2");
    assertThat(list(query(null, "toaster", null, null))).isExhausted();
    assertThat(list(query(null, SampleTypes.TYPE, SampleTypes.WORKER, TaskState.PENDING)))
        .toIterable()
        .hasSize(2);
    assertThat(list(query(null, null, SampleTypes.WORKER, TaskState.STEADY))).isExhausted();
    assertThat(list(query(null, null, "tunelo", null))).isExhausted();
  }

  @Test
  void exportsPublicPropertiesOnly() {
    create(alice, "dev", Map.of("required", "r", "hidden", "h", "secret", "s"));

    Map<String, Object> exported = intake.export(query(null, null, null, null)).next().properties();

    assertThat(exported).containsOnlyKeys("required", "stored");
  }

  @Test
  void tellsWhatHappenedWithoutSecrets() {
    create(alice, "dev", valid());
    patch(alice, "dev", OperationKind.ADD, "s3cret", "properties", "secret");
    intake.sync(alice, "dev");

    List<HardwareEvent> events = intake.events(alice, "dev", 10, null);

    assertThat(events)
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.synced", "hardware.updated", "hardware.created");
    assertThat(events.get(1).body().toString())
        .contains("properties.secret", Secret.MASK)
        .doesNotContain("s3cret");
    assertThat(events).allSatisfy(event -> assertThat(event.userId()).isEqualTo("alice"));
  }

  private List<UUID> pageThrough(SortKey key, boolean descending) {
    List<UUID> seen = new java.util.ArrayList<>();
    UUID marker = null;
    HardwareService.Page page;
    do {
      page =
          intake.list(
              alice,
              new HardwareListQuery(
                  false, null, null, null, null, null, false, key, descending, 2, marker));
      page.forEachRemaining(device -> seen.add(device.id().value()));
      marker = seen.getLast();
    } while (page.nextMarker().isPresent());
    return seen;
  }

  private HardwareService.Page list(Caller caller, boolean allProjects) {
    return intake.list(
        caller,
        new HardwareListQuery(
            allProjects, null, null, null, null, null, false, SortKey.CREATED_AT, false, 0, null));
  }

  private HardwareService.Page list(HardwareListQuery query) {
    return intake.list(alice, query);
  }

  private static HardwareListQuery query(
      @Nullable String name,
      @Nullable String type,
      @Nullable String worker,
      @Nullable TaskState state) {
    return new HardwareListQuery(
        false, name, type, worker, state, null, false, SortKey.CREATED_AT, false, 0, null);
  }

  private HardwareView create(Caller caller, String name, Map<String, Object> properties) {
    return intake.create(caller, new Request(name, SampleTypes.TYPE, properties), null);
  }

  private HardwareView patch(
      Caller caller, String ref, OperationKind operationKind, Object value, String... path) {
    return intake.patch(caller, ref, List.of(operation(operationKind, value, path)), null);
  }

  private static JsonPatchOperation operation(
      OperationKind operationKind, Object value, String... path) {
    return new JsonPatchOperation(operationKind, List.of(path), value);
  }

  private static Map<String, Object> valid() {
    return new HashMap<>(Map.of("required", "r"));
  }

  private static boolean succeeds(Runnable work) {
    try {
      work.run();
      return true;
    } catch (Conflict _) {
      return false;
    }
  }

  private static Caller caller(String user, String project, String role) {
    return new Caller(
        user,
        user,
        project,
        Set.of(role),
        Map.of("user_id", user, "project_id", project),
        "req-" + UUID.randomUUID());
  }
}

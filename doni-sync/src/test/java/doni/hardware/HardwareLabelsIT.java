package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.event.HardwareEvent;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.hardware.LabelSelector.LabelRequirement;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Labels, and the lists that they and other values of hardware select. */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareLabelsIT {

  private final HardwareService service;
  private final JdbcClient jdbc;

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");

  @Autowired
  HardwareLabelsIT(HardwareService service, JdbcClient jdbc) {
    this.service = service;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, availability_window, worker_task, event, idempotency_key,"
                + " scheduled_tasks cascade")
        .update();
  }

  @Test
  void storesTheLabelsOfAnEnrollment() {
    create("dev", Map.of("purpose", "lab", "empty", ""));

    assertThat(service.get(alice, "dev").labels()).isEqualTo(Map.of("purpose", "lab", "empty", ""));
    assertThat(service.events(alice, "dev", 10, null).getFirst().body())
        .containsEntry("labels", Map.of("purpose", "lab", "empty", ""));
  }

  @Test
  void refusesLabelsThatKubernetesWouldRefuse() {
    Map<String, Object> labels = new LinkedHashMap<>();
    labels.put("a b", "x");
    labels.put("a/b", "-");
    labels.put("number", 1);

    assertThatThrownBy(() ->
            service.create(alice, new Request("dev", SampleTypes.TYPE, valid(), labels), null))
        .isInstanceOfSatisfying(
            Invalid.class,
            refused ->
                assertThat(refused.violations())
                    .hasSize(3)
                    .anySatisfy(text -> assertThat(text).startsWith("/labels/a b: the key must be"))
                    .anySatisfy(
                        text -> assertThat(text).startsWith("/labels/a~1b: must be a string"))
                    .anySatisfy(
                        text -> assertThat(text).startsWith("/labels/number: must be a string")));
  }

  @Test
  void limitsTheNumberOfLabels() {
    create("dev", Map.of());
    Map<String, Object> many = new HashMap<>();
    for (int i = 0; i < 65; i++) {
      many.put("key-" + i, "");
    }

    assertThatThrownBy(() -> patch(alice, OperationKind.REPLACE, many, "labels"))
        .hasMessage("/labels: must not have more than 64 labels");
    many.remove("key-7");
    assertThat(patch(alice, OperationKind.REPLACE, many, "labels").labels()).hasSize(64);
  }

  @Test
  void changesLabelsWithoutANewGenerationAndWithoutWorkForTheLanes() {
    HardwareView created = create("dev", Map.of("purpose", "lab"));
    jdbc.sql("update scheduled_tasks set execution_time = now() + interval '1 hour'").update();

    HardwareView labeled = patch(alice, OperationKind.ADD, "r1", "labels", "example.org/rack");
    patch(alice, OperationKind.REMOVE, null, "labels", "purpose");

    assertThat(labeled.labels()).isEqualTo(Map.of("purpose", "lab", "example.org/rack", "r1"));
    assertThat(labeled.updatedAt()).isNotNull();
    assertThat(service.get(alice, "dev"))
        .satisfies(read -> assertThat(read.labels()).isEqualTo(Map.of("example.org/rack", "r1")))
        .satisfies(read -> assertThat(read.generation()).isEqualTo(created.generation()));
    assertThat(dueTasks()).isZero();
    List<HardwareEvent> events = service.events(alice, "dev", 10, null);
    assertThat(events)
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.labeled", "hardware.labeled", "hardware.created");
    assertThat(events.getFirst().body())
        .isEqualTo(Map.of("changed", List.of(Map.of("field", "labels.purpose", "from", "lab"))));
  }

  @Test
  void namesLabelsInTheEventOfAChangeOfTheDesiredState() {
    create("dev", Map.of());
    jdbc.sql("update scheduled_tasks set execution_time = now() + interval '1 hour'").update();

    HardwareView changed =
        service.patch(
            alice,
            "dev",
            List.of(
                operation(OperationKind.ADD, "lab", "labels", "purpose"),
                operation(OperationKind.REPLACE, "other", "properties", "required")),
            null);

    assertThat(changed.generation()).isEqualTo(new Generation(2));
    assertThat(changed.labels()).containsEntry("purpose", "lab");
    assertThat(dueTasks()).isPositive();
    assertThat(service.events(alice, "dev", 1, null).getFirst())
        .satisfies(event -> assertThat(event.kind()).isEqualTo("hardware.updated"))
        .satisfies(event -> assertThat(event.body().toString()).contains("labels.purpose"));
  }

  @Test
  void changesNothingWithLabelsThatAreAsTheyWere() {
    create("dev", Map.of("purpose", "lab"));

    HardwareView same = patch(alice, OperationKind.REPLACE, "lab", "labels", "purpose");

    assertThat(same.updatedAt()).isNull();
    assertThat(service.events(alice, "dev", 10, null)).hasSize(1);
  }

  @Test
  void reservesLabelsOfTheSiteForOperators() {
    create("dev", Map.of("purpose", "lab"));
    patch(admin, OperationKind.ADD, "r12", "labels", "site/rack");

    assertThatThrownBy(() -> patch(alice, OperationKind.ADD, "x", "labels", "site/rack"))
        .isInstanceOf(Forbidden.class)
        .hasMessageContaining("hardware:label_site");
    assertThatThrownBy(() -> patch(alice, OperationKind.REPLACE, Map.of("purpose", "x"), "labels"))
        .isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> create("other", Map.of("site/rack", "r1")))
        .isInstanceOf(Forbidden.class);
    assertThat(patch(alice, OperationKind.REPLACE, "field", "labels", "purpose").labels())
        .isEqualTo(Map.of("purpose", "field", "site/rack", "r12"));
  }

  @Test
  void tellsRequestsWithOtherLabelsApart() {
    Request request = new Request("dev", SampleTypes.TYPE, valid(), Map.of("a", "1"));
    HardwareView first = service.create(alice, request, "key");

    assertThat(service.create(alice, request, "key").id()).isEqualTo(first.id());
    assertThatThrownBy(
            () -> service.create(alice, new Request("dev", SampleTypes.TYPE, valid()), "key"))
        .isInstanceOf(Conflict.class);
  }

  /**
   * Compares the SQL with the meaning that Kubernetes documents, for random labels and selectors.
   */
  @Test
  void selectsAsKubernetesDoes() {
    Random random = new Random(15);
    Map<String, Map<String, String>> devices = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      Map<String, String> labels = new HashMap<>();
      for (String key : List.of("a", "b", "site-c")) {
        if (random.nextBoolean()) {
          labels.put(key, List.of("", "x", "y").get(random.nextInt(3)));
        }
      }
      devices.put("dev-" + i, labels);
      create("dev-" + i, new HashMap<>(labels));
    }

    for (int i = 0; i < 200; i++) {
      LabelSelector selector = randomSelector(random);
      Set<String> expected =
          devices.entrySet().stream()
              .filter(device -> matches(selector, device.getValue()))
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());

      assertThat(names(HardwareFilter.of(selector)))
          .as(selector.toString())
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void findsPartsOfNamesInAnyLetterCase() {
    create("Edge-01", Map.of());
    create("edge-02", Map.of());
    create("lab_1%", Map.of());

    assertThat(named("edge")).containsExactlyInAnyOrder("Edge-01", "edge-02");
    assertThat(named("GE-01")).containsExactly("Edge-01");
    assertThat(named("1")).containsExactlyInAnyOrder("Edge-01", "lab_1%");
    assertThat(named("_1")).containsExactly("lab_1%");
    assertThat(named("1%")).containsExactly("lab_1%");
    // All of its parts of three characters occur, but not in this order.
    create("abcab", Map.of());
    assertThat(named("bcabc")).isEmpty();
    assertThat(named("abcab")).containsExactly("abcab");
  }

  @Test
  void filtersByStoredPropertiesThatAreNoSecrets() {
    create("dev", Map.of());
    service.create(alice, new Request("other", SampleTypes.TYPE, Map.of("required", "7")), null);

    assertThat(names(property("required", "r"))).containsExactly("dev");
    assertThat(names(property("required", "7"))).containsExactly("other");
    assertThat(names(property("stored", "stored-value"))).hasSize(2);
    for (String name : List.of("secret", "token", "unknown")) {
      assertThatThrownBy(() -> names(property(name, "x")))
          .isInstanceOf(Invalid.class)
          .hasMessageStartingWith("properties." + name + ": cannot be filtered by; allowed: ")
          .hasMessageContaining("required");
    }
  }

  @Test
  void filtersByAge() {
    create("old", Map.of());
    create("new", Map.of());
    create("changed", Map.of());
    jdbc.sql(
            "update hardware set created_at = '2031-01-01T00:00:00Z', updated_at = case name when"
                + " 'changed' then '2031-01-03T00:00:00Z'::timestamptz end where name <> 'new'")
        .update();
    jdbc.sql("update hardware set created_at = '2031-01-02T00:00:00Z' where name = 'new'").update();
    Instant noon = Instant.parse("2031-01-01T12:00:00Z");

    assertThat(names(times(noon, null, null, null))).containsExactly("new");
    assertThat(names(times(null, noon, null, null))).containsExactlyInAnyOrder("old", "changed");
    assertThat(names(times(null, null, noon, null))).containsExactly("changed");
    assertThat(names(times(null, null, null, noon))).containsExactlyInAnyOrder("old", "new");
    assertThat(names(times(Instant.parse("2031-01-02T00:00:00Z"), null, null, null))).isEmpty();
  }

  @Test
  void exportsLabelsAndSelectsByThem() {
    create("dev", Map.of("purpose", "lab"));
    create("other", Map.of());

    HardwareService.Page page =
        service.export(query(HardwareFilter.of(LabelSelector.parse("purpose"))));

    assertThat(page)
        .toIterable()
        .singleElement()
        .satisfies(device -> assertThat(device.labels()).isEqualTo(Map.of("purpose", "lab")));
  }

  private static LabelSelector randomSelector(Random random) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      String key = List.of("a", "b", "site-c", "absent").get(random.nextInt(4));
      String value = List.of("", "x", "y", "z").get(random.nextInt(4));
      parts.add(
          switch (random.nextInt(6)) {
            case 0 -> key + "=" + value;
            case 1 -> key + "!=" + value;
            case 2 -> key + " in (x," + value + ")";
            case 3 -> key + " notin (y," + value + ")";
            case 4 -> key;
            default -> "!" + key;
          });
    }
    return LabelSelector.parse(String.join(",", parts));
  }

  private static boolean matches(LabelSelector selector, Map<String, String> labels) {
    return selector.requirements().stream().allMatch(requirement -> matches(requirement, labels));
  }

  private static boolean matches(LabelRequirement requirement, Map<String, String> labels) {
    String value = labels.get(requirement.key());
    return switch (requirement.operator()) {
      case IN -> value != null && requirement.values().contains(value);
      case NOT_IN -> value == null || !requirement.values().contains(value);
      case EXISTS -> value != null;
      case ABSENT -> value == null;
    };
  }

  private static HardwareFilter property(String name, String value) {
    return new HardwareFilter(null, null, Map.of(name, value), null, null, null, null);
  }

  private static HardwareFilter times(
      @Nullable Instant createdAfter,
      @Nullable Instant createdBefore,
      @Nullable Instant updatedAfter,
      @Nullable Instant updatedBefore) {
    return new HardwareFilter(
        null, null, Map.of(), createdAfter, createdBefore, updatedAfter, updatedBefore);
  }

  private List<String> named(String part) {
    return names(new HardwareFilter(null, part, Map.of(), null, null, null, null));
  }

  private List<String> names(HardwareFilter filter) {
    List<String> names = new ArrayList<>();
    service.list(alice, query(filter)).forEachRemaining(device -> names.add(device.name()));
    return names;
  }

  private static HardwareListQuery query(HardwareFilter filter) {
    return new HardwareListQuery(
            false, null, null, null, null, null, false, SortKey.CREATED_AT, false, 0, null)
        .with(filter);
  }

  private long dueTasks() {
    return jdbc.sql("select count(*) from scheduled_tasks where execution_time <= now()")
        .query(Long.class)
        .single();
  }

  private HardwareView create(String name, Map<String, Object> labels) {
    return service.create(alice, new Request(name, SampleTypes.TYPE, valid(), labels), null);
  }

  private HardwareView patch(
      Caller caller, OperationKind kind, @Nullable Object value, String... path) {
    return service.patch(caller, "dev", List.of(operation(kind, value, path)), null);
  }

  private static JsonPatchOperation operation(
      OperationKind kind, @Nullable Object value, String... path) {
    return new JsonPatchOperation(kind, List.of(path), value);
  }

  private static Map<String, Object> valid() {
    return new HashMap<>(Map.of("required", "r"));
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

package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.testing.SampleTypes;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class HardwarePropertyValidatorTests {

  private final HardwarePropertyValidator rules =
      new HardwarePropertyValidator(SampleTypes.create(), JsonMapper.shared());

  private final HardwarePropertyValidator addresses =
      new HardwarePropertyValidator(
          new HardwareTypes(
              () ->
                  List.of(
                      new HardwareType(
                          "mailed",
                          List.of(),
                          List.of(
                              WorkerField.of(
                                  "email", Map.of("type", "string", "format", "email"))))),
              List.of()),
          JsonMapper.shared());

  @Test
  void acceptsAValidEnrollment() {
    assertThat(violations(Map.of("required", "r", "list", List.of("a"), "secret", new Secret("s"))))
        .isEmpty();
  }

  /** A site names its domains as it likes; a list of those of the Internet is old at once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada@example.org",
        "ada@lab.example",
        "ada@lab.internal",
        "ada@lab.local",
        "ada@münchen.example",
        "ada@lab.made-up",
        "ada@localhost"
      })
  void acceptsAnAddressOfAnyDomain(String address) {
    assertThat(addresses.violations("mailed", "dev", Map.of("email", address))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ada",
        "ada@",
        "@lab.internal",
        "ada@lab..internal",
        "ada@-lab.internal",
        "ada@lab.internal-",
        "ada@lab.internal.",
        "ada@lab.1",
        "a b@lab.internal",
        "ada@lab.internal\n",
        "ada@lab.internal, bob@lab.internal"
      })
  void refusesWhatIsNoAddress(String address) {
    assertThat(addresses.violations("mailed", "dev", Map.of("email", address)))
        .containsExactly(
            "/properties/email: does not match the email pattern must be a valid RFC 5321 Mailbox");
  }

  /** Both fields change together: rules from two snapshots would report one violation. */
  @Test
  void judgesEachEnrollmentByOneSnapshotWhileTheHardwareTypesAreSwapped() throws Exception {
    List<List<HardwareType>> snapshots = List.of(types("a"), types("b"));
    AtomicReference<List<HardwareType>> current = new AtomicReference<>(snapshots.getFirst());
    HardwarePropertyValidator swapped =
        new HardwarePropertyValidator(
            new HardwareTypes(current::get, List.of()), JsonMapper.shared());
    AtomicBoolean done = new AtomicBoolean();
    List<Future<Set<Integer>>> judges = new ArrayList<>();
    // Of the platform: virtual ones that never wait leave no carrier to the one that holds the
    // lock.
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        judges.add(threads.submit(() -> verdicts(swapped, done)));
      }
      for (int i = 0; i < 100; i++) {
        current.set(snapshots.get(i % 2));
        assertThat(verdicts(swapped, new AtomicBoolean(true))).isSubsetOf(0, 2);
      }
      done.set(true);
    }

    for (Future<Set<Integer>> judge : judges) {
      assertThat(judge.get()).isSubsetOf(0, 2);
    }
    current.set(snapshots.getLast());
    assertThat(swapped.violations("swapped", "dev", Map.of("one", "b", "two", "b"))).isEmpty();
  }

  private static List<HardwareType> types(String value) {
    Map<String, Object> schema = Map.of("type", "string", "enum", List.of(value));
    return List.of(
        new HardwareType(
            "swapped",
            List.of(),
            List.of(WorkerField.of("one", schema), WorkerField.of("two", schema))));
  }

  private static Set<Integer> verdicts(HardwarePropertyValidator rules, AtomicBoolean done) {
    Set<Integer> counts = new HashSet<>();
    do {
      counts.add(rules.violations("swapped", "dev", Map.of("one", "a", "two", "a")).size());
    } while (!done.get());
    return counts;
  }

  @Test
  void listsEveryViolationWithItsPath() {
    assertThat(violations(Map.of("list", List.of("a", 2), "bogus", 1)))
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).contains("required"))
        .anySatisfy(text -> assertThat(text).contains("bogus"))
        .anySatisfy(text -> assertThat(text).startsWith("/properties/list/1:"));
  }

  @Test
  void checksFieldsOfEnabledWorkers() {
    assertThat(violations(Map.of("required", "r", "stored", 1)))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/properties/stored:"));
  }

  @Test
  void asksTheTypesOwnRulesWhenTheSchemasAreMet() {
    assertThat(violations(Map.of("required", "r", "declared", "forbidden")))
        .containsExactly("/properties/declared: is not allowed");
    assertThat(violations(Map.of("declared", "forbidden")))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("required"));
  }

  @Test
  void checksTheNameAsTheWorkersDemandIt() {
    assertThat(rules.violations(SampleTypes.TYPE, "n".repeat(21), Map.of("required", "r")))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/name:"));
  }

  @Test
  void refusesAnUnknownTypeAndSaysWhichThereAre() {
    assertThat(rules.violations("toaster", "dev", Map.of()))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("toaster").contains(SampleTypes.TYPE));
  }

  @Test
  void refusesAMaskWhereNoSecretIsStored() {
    assertThat(violations(Map.of("required", "r", "secret", Secret.MASK)))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/properties/secret:"));
  }

  @Test
  void showsNoValueOfASecretField() {
    Map<String, Object> wrong =
        Map.of("required", "r", "secret", List.of("s3cret"), "token", List.of("s3cret"));

    assertThat(violations(wrong)).hasSize(2).noneMatch(text -> text.contains("s3cret"));
  }

  @Test
  void describesAnEnumerationBrieflyForReportsOfManyRows() {
    HardwareType type =
        new HardwareType(
            "pi",
            List.of(),
            List.of(
                WorkerField.of("model", Map.of("type", "string", "enum", List.of("a", "b", "c")))));
    HardwarePropertyValidator brief =
        new HardwarePropertyValidator(
            new HardwareTypes(() -> List.of(type), List.of()), JsonMapper.shared());
    Map<String, Object> wrong = Map.of("model", "d");

    assertThat(brief.violations("pi", "dev", wrong, HardwarePropertyValidator.Wording.BRIEF))
        .containsExactly(
            "/properties/model: must be one of the 3 values that GET /v1/hardware-types lists");
    assertThat(brief.violations("toaster", "dev", wrong, HardwarePropertyValidator.Wording.BRIEF))
        .containsExactly("/hardware_type: 'toaster' is not enabled here");
    assertThat(brief.violations("pi", "dev", wrong))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("a", "b", "c"));
  }

  @Test
  void refusesMoreValuesThanTheValidatorCanReport() {
    List<Object> values = Collections.nCopies(10_000, 1);

    assertThat(violations(Map.of("required", "r", "list", values)))
        .containsExactly("/properties: must have at most 10000 values");
    assertThat(violations(Map.of("required", "r", "object", Map.of("x", List.of(values, values)))))
        .containsExactly("/properties: must have at most 10000 values");
    assertThat(violations(Map.of("required", "r", "list", values.subList(0, 50)))).hasSize(50);
  }

  private List<String> violations(Map<String, Object> properties) {
    return rules.violations(SampleTypes.TYPE, "dev", properties);
  }
}

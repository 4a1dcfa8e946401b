package doni.bulkimport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import doni.bulkimport.ImportReport.Outcome;
import doni.bulkimport.ImportService.Mode;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import doni.request.RequestRefusedException.QuotaExceeded;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class ImportServiceIT {

  private static final Map<String, Object> PROPERTIES = Map.of("required", "r", "secret", "s3cret");

  private final ImportService imports;
  private final HardwareService intake;
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  private final Caller alice = caller("alice", "member");
  private final Caller admin = caller("admin", "admin");

  @Autowired
  ImportServiceIT(
      ImportService imports,
      HardwareService intake,
      JdbcClient jdbc,
      TransactionTemplate transaction) {
    this.imports = imports;
    this.intake = intake;
    this.jdbc = jdbc;
    this.transaction = transaction;
  }

  private static Caller caller(String name, String role) {
    String project = name + "-project";
    return new Caller(
        name,
        name,
        project,
        Set.of(role),
        Map.of("user_id", name, "project_id", project),
        "req-00000000-0000-0000-0000-000000000001");
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, availability_window, worker_task, event, idempotency_key,"
                + " scheduled_tasks cascade")
        .update();
  }

  private static ImportRow row(int line, String name, Map<String, Object> properties) {
    return row(line, name, properties, null, null);
  }

  private static ImportRow row(
      int line,
      String name,
      Map<String, Object> properties,
      @Nullable String project,
      @Nullable HardwareId id) {
    return new ImportRow(
        line,
        new HardwareService.Request(name, SampleTypes.TYPE, properties),
        project,
        id,
        List.of());
  }

  private List<Outcome> outcomes(Caller caller, Mode mode, List<ImportRow> rows) {
    return imports.run(caller, rows, mode, false).rows().stream()
        .map(ImportReport.Row::outcome)
        .toList();
  }

  private long count(String table) {
    return jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  @Test
  void refusesTheRowsBeyondTheQuotaOfTheProject() {
    Caller small = caller("small", "member");
    List<ImportRow> rows = List.of(row(1, "one", PROPERTIES), row(2, "two", PROPERTIES));

    assertThat(imports.run(small, rows, Mode.ALL, false).stored()).isFalse();
    assertThat(count("hardware")).isZero();
    ImportReport report = imports.run(small, rows, Mode.ROW, false);

    assertThat(report.rows())
        .extracting(ImportReport.Row::outcome)
        .containsExactly(Outcome.CREATED, Outcome.INVALID);
    assertThat(report.rows().getLast().violations())
        .containsExactly("Quota exceeded: project small-project has 1 of at most 1 devices.");
    assertThatExceptionOfType(QuotaExceeded.class)
        .isThrownBy(() -> intake.create(small, rows.getLast().request(), null));
    assertThat(outcomes(small, Mode.ROW, rows)).containsExactly(Outcome.EXISTS, Outcome.INVALID);
  }

  @Test
  void takesRowsAndFindsThemThereTheSecondTime() {
    List<ImportRow> rows = List.of(row(1, "one", PROPERTIES), row(2, "two", PROPERTIES));

    assertThat(outcomes(alice, Mode.ROW, rows)).containsExactly(Outcome.CREATED, Outcome.CREATED);
    String before = everything();
    assertThat(outcomes(alice, Mode.ROW, rows)).containsExactly(Outcome.EXISTS, Outcome.EXISTS);

    assertThat(everything()).isEqualTo(before);
    assertThat(count("worker_task")).isEqualTo(2);
    assertThat(intake.get(alice, "one").properties()).containsEntry("secret", Secret.MASK);
  }

  @Test
  void takesLabelsAndComparesThemWithThoseOfTheRow() {
    assertThat(outcomes(alice, Mode.ROW, List.of(labeled(Map.of("purpose", "lab")))))
        .containsExactly(Outcome.CREATED);
    assertThat(intake.get(alice, "dev").labels()).isEqualTo(Map.of("purpose", "lab"));

    assertThat(outcomes(alice, Mode.ROW, List.of(labeled(Map.of("purpose", "lab")))))
        .containsExactly(Outcome.EXISTS);
    assertThat(outcomes(alice, Mode.ROW, List.of(row(1, "dev", PROPERTIES))))
        .containsExactly(Outcome.EXISTS);
    ImportReport other =
        imports.run(alice, List.of(labeled(Map.of("purpose", "field"))), Mode.ROW, false);
    assertThat(other.rows().getFirst().outcome()).isEqualTo(Outcome.DIFFERS);
    assertThat(other.rows().getFirst().violations())
        .contains("/labels: differs from the stored value");
  }

  @Test
  void refusesRowsWithInvalidLabelsAndLabelsOfTheSite() {
    ImportReport report =
        imports.run(
            alice,
            List.of(labeled(Map.of("a b", "x")), labeled(Map.of("site/rack", "r1"))),
            Mode.ROW,
            false);

    assertThat(report.rows()).extracting(ImportReport.Row::outcome).containsOnly(Outcome.INVALID);
    assertThat(report.rows().getFirst().violations())
        .allMatch(text -> text.startsWith("/labels/a b: the key must be"));
    assertThat(report.rows().getLast().violations())
        .allMatch(text -> text.contains("hardware:label_site"));
  }

  private static ImportRow labeled(Map<String, Object> labels) {
    return new ImportRow(
        1,
        new HardwareService.Request("dev", SampleTypes.TYPE, PROPERTIES, labels),
        null,
        null,
        List.of());
  }

  private String everything() {
    return jdbc.sql(
            "select string_agg(h::text, ' ' order by h.name) || (select count(*) from event) from"
                + " hardware h")
        .query(String.class)
        .single();
  }

  @Test
  void neverOverwritesWhatDiffersAndSaysWhere() {
    imports.run(alice, List.of(row(1, "dev", PROPERTIES)), Mode.ROW, false);
    String before = everything();
    Map<String, Object> others = Map.of("required", "other", "secret", "0ther", "hidden", "h");

    ImportReport report = imports.run(alice, List.of(row(7, "dev", others)), Mode.ROW, false);

    assertThat(report.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.outcome()).isEqualTo(Outcome.DIFFERS);
          assertThat(row.line()).isEqualTo(7);
          assertThat(row.violations())
              .containsExactly(
                  "/properties/hidden: differs from the stored value",
                  "/properties/required: differs from the stored value",
                  "/properties/secret: is a secret, not compared");
        });
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void answersRightAndWrongGuessesOfASecretAlike() {
    imports.run(
        alice,
        List.of(row(1, "dev", Map.of("required", "r", "secret", "s3cret", "token", "t0ken"))),
        Mode.ROW,
        false);

    List<ImportReport.Row> rows =
        imports
            .run(
                alice,
                List.of(
                    row(1, "dev", Map.of("required", "r", "secret", "s3cret", "token", "t0ken")),
                    row(1, "dev", Map.of("required", "r", "secret", "wrong", "token", "wrong"))),
                Mode.ROW,
                true)
            .rows();

    assertThat(rows.getFirst()).isEqualTo(rows.getLast());
    assertThat(rows.getFirst().outcome()).isEqualTo(Outcome.EXISTS);
    assertThat(rows.getFirst().violations())
        .containsExactly(
            "/properties/secret: is a secret, not compared",
            "/properties/token: is a secret, not compared");
  }

  @Test
  void takesTheGoodRowsOrNoneAsItIsAsked() {
    List<ImportRow> rows =
        List.of(
            row(1, "good", PROPERTIES),
            row(2, "bad", Map.of("bogus", 1)),
            new ImportRow(
                3, new HardwareService.Request(null, null, null), null, null, List.of("no JSON")));

    ImportReport all = imports.run(alice, rows, Mode.ALL, false);
    assertThat(all.stored()).isFalse();
    assertThat(all.rows())
        .extracting(ImportReport.Row::outcome)
        .containsExactly(Outcome.CREATED, Outcome.INVALID, Outcome.INVALID);
    assertThat(all.rows().get(1).violations())
        .anySatisfy(text -> assertThat(text).contains("required"))
        .anySatisfy(text -> assertThat(text).contains("bogus"));
    assertThat(count("hardware") + count("event") + count("scheduled_tasks")).isZero();

    assertThat(imports.run(alice, rows, Mode.ROW, false).stored()).isTrue();
    assertThat(count("hardware")).isEqualTo(1);
  }

  @Test
  void aDryRunSeesARowThatComesTwiceAndStoresNothing() {
    List<ImportRow> rows = List.of(row(1, "dev", PROPERTIES), row(2, "dev", PROPERTIES));

    for (Mode mode : Mode.values()) {
      ImportReport report = imports.run(alice, rows, mode, true);

      assertThat(report.stored()).isFalse();
      assertThat(report.rows())
          .extracting(ImportReport.Row::outcome)
          .containsExactly(Outcome.CREATED, Outcome.EXISTS);
      assertThat(count("hardware") + count("event") + count("scheduled_tasks")).isZero();
    }
  }

  @Test
  void onlyAnAdminGivesAnotherProjectOrAUuid() {
    HardwareId id = HardwareId.random();
    List<ImportRow> rows =
        List.of(
            row(1, "other", PROPERTIES, "bob-project", null),
            row(2, "given", PROPERTIES, null, id));

    assertThat(outcomes(alice, Mode.ROW, rows)).containsOnly(Outcome.INVALID);
    assertThat(count("hardware")).isZero();

    assertThat(outcomes(admin, Mode.ROW, rows)).containsOnly(Outcome.CREATED);
    assertThat(intake.get(admin, "other").projectId()).isEqualTo("bob-project");
    assertThat(intake.get(admin, "given").id()).isEqualTo(id);
  }

  @Test
  void doesNotTellOfDevicesThatTheCallerMayNotSee() {
    outcomes(admin, Mode.ROW, List.of(row(1, "theirs", PROPERTIES)));

    ImportReport report =
        imports.run(alice, List.of(row(1, "THEIRS", PROPERTIES)), Mode.ROW, false);

    assertThat(report.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.outcome()).isEqualTo(Outcome.DIFFERS);
          assertThat(row.violations()).containsExactly("/name: is taken");
          assertThat(row.id()).isNull();
        });
  }

  @Test
  void aUuidThatIsBeingCleanedUpIsNotTaken() {
    HardwareId id = HardwareId.random();
    List<ImportRow> rows = List.of(row(1, "dev", PROPERTIES, null, id));
    outcomes(admin, Mode.ROW, rows);
    intake.delete(admin, "dev", null);

    assertThat(outcomes(admin, Mode.ROW, rows)).containsExactly(Outcome.DIFFERS);
  }

  @Test
  void comparesAKnownUuidBeforeItValidatesTheRow() {
    HardwareId id = HardwareId.random();
    outcomes(admin, Mode.ROW, List.of(row(1, "dev", PROPERTIES, null, id)));

    ImportReport report =
        imports.run(
            admin,
            List.of(
                row(1, "dev", Map.of(), null, id),
                row(2, "dev", Map.of("bogus", 1), null, id),
                row(3, "dev", Map.of(), null, HardwareId.random())),
            Mode.ROW,
            true);

    assertThat(report.rows())
        .extracting(ImportReport.Row::outcome)
        .containsExactly(Outcome.DIFFERS, Outcome.DIFFERS, Outcome.INVALID);
    assertThat(report.rows().subList(0, 2)).allSatisfy(row -> assertThat(row.id()).isEqualTo(id));
    assertThat(report.rows().getFirst().violations())
        .contains("/properties/required: differs from the stored value");
  }

  @Test
  void aNameLikeAUuidMustBeItsOwn() {
    HardwareId id = HardwareId.random();
    String own = id.toString().toUpperCase(Locale.ROOT);

    ImportReport report =
        imports.run(
            admin,
            List.of(
                row(1, own, PROPERTIES, null, id),
                row(2, HardwareId.random().toString(), PROPERTIES, null, null),
                row(3, HardwareId.random().toString(), PROPERTIES, null, HardwareId.random()),
                row(4, "Export", PROPERTIES)),
            Mode.ROW,
            true);

    assertThat(report.rows().getFirst().violations()).allMatch(text -> text.contains("20"));
    assertThat(report.rows().subList(1, 3))
        .allSatisfy(row ->
            assertThat(row.violations())
                .contains("/name: must not have the form of a UUID other than the hardware's own"));
    assertThat(report.rows().getLast().violations())
        .containsExactly("/name: must not be 'Export', which is part of a path");
  }

  @Test
  void readsARowOnlyAfterTheRowBeforeItIsStored() {
    List<Long> stored = new ArrayList<>();
    Iterable<ImportRow> rows =
        () ->
            IntStream.rangeClosed(1, 5)
                .mapToObj(line -> {
                  stored.add(count("hardware"));
                  return row(line, "lazy-" + line, PROPERTIES);
                })
                .iterator();

    imports.run(alice, rows, Mode.ROW, false);

    assertThat(stored).containsExactly(0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void limitsTheReportOfManyMistakes() {
    Map<String, Object> wrong = new HashMap<>();
    IntStream.range(0, 500).forEach(i -> wrong.put("bogus-" + i + "x".repeat(200), i));
    List<ImportRow> rows = new ArrayList<>();
    IntStream.rangeClosed(1, 400).forEach(i -> rows.add(row(i, "dev-" + i, wrong)));

    ImportReport report = imports.run(alice, rows, Mode.ROW, true);

    assertThat(report.rows().getFirst().violations()).hasSize(11).last().isEqualTo("and 491 more");
    assertThat(report.rows().getLast().violations()).hasSize(2).last().isEqualTo("and 500 more");
    assertThat(report.rows())
        .allSatisfy(row -> assertThat(row.violations().getFirst()).hasSizeLessThan(310));
    assertThat(
            report.rows().stream()
                .flatMap(row -> row.violations().stream())
                .mapToInt(String::length)
                .sum())
        .isLessThan(1_200_000);
  }

  @Test
  void goesOnWhereABreakLeftIt() {
    List<ImportRow> rows = new ArrayList<>();
    IntStream.rangeClosed(1, 50).forEach(i -> rows.add(row(i, "dev-" + i, PROPERTIES)));
    outcomes(alice, Mode.ROW, rows.subList(0, 20));

    Map<Outcome, Integer> counts = new HashMap<>();
    outcomes(alice, Mode.ROW, rows).forEach(one -> counts.merge(one, 1, Integer::sum));

    assertThat(counts).isEqualTo(Map.of(Outcome.EXISTS, 20, Outcome.CREATED, 30));
    assertThat(count("hardware")).isEqualTo(50);
  }

  @Test
  void comparesWithoutWaitingForWhoeverChangesADevice() throws Exception {
    List<ImportRow> rows = List.of(row(1, "dev", PROPERTIES));
    outcomes(alice, Mode.ROW, rows);

    try (ExecutorService other = Executors.newVirtualThreadPerTaskExecutor()) {
      transaction.executeWithoutResult(_ -> {
        jdbc.sql("select 1 from hardware for update").query(Integer.class).single();
        assertThat(other.submit(() -> outcomes(alice, Mode.ALL, rows)))
            .succeedsWithin(Duration.ofSeconds(20))
            .isEqualTo(List.of(Outcome.EXISTS));
      });
    }
  }

  @Test
  void bothAreAnsweredWhoGiveOneUuidToDifferentNamesAtOnce() throws Exception {
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 30; round++) {
        HardwareId id = HardwareId.random();
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<List<Outcome>>> both = new ArrayList<>();
        for (String name : List.of("a-" + round, "b-" + round)) {
          both.add(
              people.submit(() -> {
                together.await(20, TimeUnit.SECONDS);
                return outcomes(admin, Mode.ROW, List.of(row(1, name, PROPERTIES, null, id)));
              }));
        }
        List<Outcome> all = new ArrayList<>();
        for (Future<List<Outcome>> one : both) {
          all.addAll(one.get(20, TimeUnit.SECONDS));
        }
        assertThat(all).containsExactlyInAnyOrder(Outcome.CREATED, Outcome.DIFFERS);
      }
    }
  }
}

package doni.bulkimport;

import doni.bulkimport.ImportReport.Outcome;
import doni.enrollment.HardwareId;
import doni.enrollment.LabelSyntax;
import doni.hardware.EnrollmentRules;
import doni.hardware.HardwareEnroller;
import doni.hardware.HardwareEnroller.NewHardware;
import doni.hardware.HardwareInventory;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareRecord;
import doni.hardwaretype.HardwareTypes;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.Invalid;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Imports many enrollments. Existing hardware is compared and never changed, so an import can be
 * repeated.
 */
@Service
public class ImportService {

  /** What a refused row means for the other rows. */
  public enum Mode {
    /** Nothing: each row has its own transaction. */
    ROW,
    /** No row is stored: all rows share one transaction. */
    ALL
  }

  private static final String CREATE = "hardware:create";
  private static final String FOR_OTHERS = "hardware:import";
  private static final String LABEL_SITE = "hardware:label_site";

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final HardwareEnroller enroller;
  private final EnrollmentRules rules;
  private final HardwareTypes types;
  private final AccessPolicy policy;
  private final TransactionTemplate transaction;

  ImportService(
      HardwareInventory inventory,
      HardwareReader reader,
      HardwareEnroller enroller,
      EnrollmentRules rules,
      HardwareTypes types,
      AccessPolicy policy,
      TransactionTemplate transaction) {
    this.inventory = inventory;
    this.reader = reader;
    this.enroller = enroller;
    this.rules = rules;
    this.types = types;
    this.policy = policy;
    this.transaction = transaction;
  }

  /**
   * Imports rows in their order. Each row is dropped before the next one is read; only its outcome
   * is kept.
   *
   * @param dryRun reports the outcome of each row and stores nothing
   */
  public ImportReport run(Caller caller, Iterable<ImportRow> rows, Mode mode, boolean dryRun) {
    ReportBudget budget = new ReportBudget();
    if (mode == Mode.ROW && !dryRun) {
      List<ImportReport.Row> taken = new ArrayList<>();
      rows.forEach(row -> taken.add(budget.limit(alone(caller, row))));
      return new ImportReport(true, taken);
    }
    return Objects.requireNonNull(
        transaction.execute(status -> {
          List<ImportReport.Row> taken = new ArrayList<>();
          rows.forEach(row -> taken.add(budget.limit(take(caller, row))));
          boolean stored = !dryRun && taken.stream().noneMatch(ImportReport.Row::refused);
          if (!stored) {
            status.setRollbackOnly();
          }
          return new ImportReport(stored, taken);
        }));
  }

  private ImportReport.Row alone(Caller caller, ImportRow row) {
    try {
      return Objects.requireNonNull(transaction.execute(_ -> take(caller, row)));
    } catch (DuplicateKeyException _) {
      // Another client has just enrolled the uuid under another name, which is visible now.
      return Objects.requireNonNull(transaction.execute(_ -> take(caller, row)));
    }
  }

  private ImportReport.Row take(Caller caller, ImportRow row) {
    if (!row.violations().isEmpty()) {
      return refused(row, Outcome.INVALID, row.violations());
    }
    String project = Optional.ofNullable(row.projectId()).orElse(caller.projectId());
    Map<String, String> labels;
    try {
      mayCreate(caller, row, project);
      labels = rules.labels(row.request().labels());
    } catch (Forbidden e) {
      return refused(row, Outcome.INVALID, List.of(String.valueOf(e.getMessage())));
    } catch (Invalid e) {
      return refused(row, Outcome.INVALID, e.violations());
    }
    String name = Objects.requireNonNull(row.request().name());
    String type = Objects.requireNonNull(row.request().hardwareType());
    Map<String, Object> requested = Objects.requireNonNull(row.request().properties());
    Map<String, Object> properties = rules.complete(type, requested);
    Wanted wanted = new Wanted(row, name, project, type, requested, properties, labels);
    // What is enrolled under its uuid is only compared, so the row need not say everything.
    Optional<ImportReport.Row> known = byId(caller, wanted);
    if (known.isPresent()) {
      return known.get();
    }
    List<String> violations = rules.importViolations(type, name, row.id(), properties);
    if (!violations.isEmpty()) {
      return refused(row, Outcome.INVALID, violations);
    }
    Optional<ImportReport.Row> there = byName(caller, wanted);
    return there.orElseGet(() -> create(caller, wanted));
  }

  private record Wanted(
      ImportRow row,
      String name,
      String project,
      String type,
      Map<String, Object> requested,
      Map<String, Object> properties,
      Map<String, String> labels) {}

  private void mayCreate(Caller caller, ImportRow row, String project) {
    Map<String, String> target = PolicyTarget.enrollment(project, caller);
    policy.enforce(CREATE, caller, target);
    if (row.id() != null || !project.equals(caller.projectId())) {
      policy.enforce(FOR_OTHERS, caller, target);
    }
    Map<String, Object> labels = row.request().labels();
    if (labels != null && labels.keySet().stream().anyMatch(LabelSyntax::isOfSite)) {
      policy.enforce(LABEL_SITE, caller, target);
    }
  }

  /** Returns the outcome of a row whose uuid exists already. */
  private Optional<ImportReport.Row> byId(Caller caller, Wanted wanted) {
    HardwareId id = wanted.row().id();
    if (id == null) {
      return Optional.empty();
    }
    Optional<HardwareRecord> same = inventory.read(id);
    if (same.isPresent()) {
      return Optional.of(compared(caller, wanted, same.get()));
    }
    return reader
        .targetOf(id)
        .map(_ ->
            refused(
                wanted.row(),
                Outcome.DIFFERS,
                List.of("/uuid: belongs to a device that was deleted and is being cleaned up")));
  }

  /** Returns the outcome of a row whose name exists already. */
  private Optional<ImportReport.Row> byName(Caller caller, Wanted wanted) {
    // A name that looks like a uuid would be taken for one.
    return reader
        .resolve(wanted.name())
        .flatMap(inventory::read)
        .filter(stored -> stored.name().equalsIgnoreCase(wanted.name()))
        .map(stored -> compared(caller, wanted, stored));
  }

  private ImportReport.Row compared(Caller caller, Wanted wanted, HardwareRecord stored) {
    if (!policy.allows("hardware:get", caller, stored.target())) {
      return refused(wanted.row(), Outcome.DIFFERS, List.of("/name: is taken"));
    }
    List<String> differences = new ArrayList<>();
    differ(
        "/uuid", wanted.row().id() == null || stored.id().equals(wanted.row().id()), differences);
    differ("/name", stored.name().equals(wanted.name()), differences);
    differ("/project_id", stored.projectId().equals(wanted.project()), differences);
    differ("/hardware_type", stored.hardwareType().equals(wanted.type()), differences);
    // A row without labels says nothing about them.
    differ(
        "/labels",
        wanted.row().request().labels() == null || stored.labels().equals(wanted.labels()),
        differences);
    ImportComparison.Comparison comparison =
        ImportComparison.compare(types, stored, wanted.requested(), wanted.properties());
    differences.addAll(comparison.differences());
    Outcome outcome = differences.isEmpty() ? Outcome.EXISTS : Outcome.DIFFERS;
    differences.addAll(comparison.notCompared());
    return new ImportReport.Row(
        wanted.row().line(), wanted.name(), outcome, stored.id(), differences);
  }

  private static void differ(String path, boolean same, List<String> differences) {
    if (!same) {
      differences.add(path + ": differs from the stored value");
    }
  }

  private ImportReport.Row create(Caller caller, Wanted wanted) {
    Optional<String> overQuota = enroller.quotaViolation(wanted.project());
    if (overQuota.isPresent()) {
      return refused(wanted.row(), Outcome.INVALID, List.of(overQuota.get()));
    }
    HardwareId id = Optional.ofNullable(wanted.row().id()).orElseGet(HardwareId::random);
    try {
      enroller.enrollImported(
          caller,
          new NewHardware(
              id,
              wanted.name(),
              wanted.project(),
              wanted.type(),
              wanted.properties(),
              wanted.labels()));
      return new ImportReport.Row(
          wanted.row().line(), wanted.name(), Outcome.CREATED, id, List.of());
    } catch (Conflict e) {
      // Another client enrolled it after the check above.
      return byId(caller, wanted)
          .or(() -> byName(caller, wanted))
          .orElseGet(() ->
              refused(wanted.row(), Outcome.DIFFERS, List.of(String.valueOf(e.getMessage()))));
    }
  }

  private static ImportReport.Row refused(ImportRow row, Outcome outcome, List<String> why) {
    return new ImportReport.Row(row.line(), row.request().name(), outcome, null, why);
  }
}

package doni.migration;

import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardware.HardwarePropertyValidator;
import doni.hardware.ReservationWindowRecord;
import doni.hardwaretype.HardwareTypes;
import doni.migration.MigrationReport.MigrationFinding;
import doni.migration.MigrationReport.MigrationFinding.FindingKind;
import doni.migration.OriginalInventory.OriginalHardware;
import doni.migration.OriginalInventory.OriginalWindow;
import doni.worker.HardwareType;
import doni.worker.SharedNames;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Translates hardware as the original stores it to hardware as it is stored here. */
final class HardwareTranslator {

  /** The result of translating one device. */
  sealed interface TranslationResult {
    /** It can be stored. */
    record Translated(MigratedHardware device) implements TranslationResult {}

    /** It was deleted and cleaned up by the original. */
    record CleanedUp() implements TranslationResult {}

    /** It cannot be stored; the findings say why. */
    record NotTranslatable() implements TranslationResult {}
  }

  /** Properties that are secret even if the worker that declares them is not enabled here. */
  private static final Set<String> SECRETS =
      Set.of(
          SharedNames.CREDENTIAL_SECRET,
          "ipmi_password",
          SharedNames.BOOTSTRAP_TOKEN,
          "private-and-sensitive-field",
          "public-and-sensitive-field");

  private final HardwareTypes types;
  private final HardwarePropertyValidator rules;
  private final JsonMapper json;
  private final WorkerTaskTranslator workerTasks;

  HardwareTranslator(HardwareTypes types, HardwarePropertyValidator rules, JsonMapper json) {
    this.types = types;
    this.rules = rules;
    this.json = json;
    this.workerTasks = new WorkerTaskTranslator(types, json);
  }

  /** Translates a device; what a person should know is added to the findings. */
  TranslationResult of(OriginalHardware original, List<MigrationFinding> findings) {
    return new DeviceTranslation(original, findings).result();
  }

  /** The translation of one device. */
  private final class DeviceTranslation {
    private final OriginalHardware original;
    private final List<MigrationFinding> findings;
    private final String label;

    DeviceTranslation(OriginalHardware original, List<MigrationFinding> findings) {
      this.original = original;
      this.findings = findings;
      this.label = original.uuid() + " " + original.name();
    }

    TranslationResult result() {
      Optional<UUID> uuid = uuid(original.uuid());
      String name = original.name();
      String project = original.projectId();
      if (uuid.isEmpty() || name == null || name.isEmpty() || project == null) {
        return refused("has no usable uuid, name or project (row " + original.id() + ")");
      }
      Optional<HardwareType> type =
          types.all().stream()
              .filter(known -> known.name().equals(original.hardwareType()))
              .findFirst();
      if (type.isEmpty()) {
        return refused(
            "its hardware type '"
                + original.hardwareType()
                + "' is not in doni.hardware-types; enable it and run this again");
      }
      Map<String, @Nullable Object> stored;
      try {
        stored = workerTasks.object(original.properties());
      } catch (JacksonException _) {
        return refused("its properties must be a JSON object");
      }
      return stored(new HardwareId(uuid.get()), name, project, type.get(), stored);
    }

    private TranslationResult stored(
        HardwareId id,
        String name,
        String project,
        HardwareType type,
        Map<String, @Nullable Object> stored) {
      Map<String, Object> properties = properties(type, stored);
      Set<String> issued = original.deleted() ? Set.of() : issue(type, properties);
      List<MigratedWorkerTask> tasks =
          workerTasks.of(original, type, properties, issued, this::find);
      if (original.deleted() && tasks.isEmpty()) {
        return new TranslationResult.CleanedUp();
      }
      if (!original.deleted()) {
        check(type, name, properties);
      }
      Instant created = firstOf(original.createdAt(), original.updatedAt(), Instant.EPOCH);
      return new TranslationResult.Translated(
          new MigratedHardware(
              id,
              name,
              project,
              type.name(),
              properties,
              issued,
              created,
              original.updatedAt(),
              original.deleted()
                  ? firstOf(original.deletedAt(), original.updatedAt(), created)
                  : null,
              windows(),
              tasks));
    }

    private Map<String, Object> properties(
        HardwareType type, Map<String, @Nullable Object> stored) {
      Map<String, Object> properties = new LinkedHashMap<>();
      stored.forEach((name, value) -> {
        if (value != null) {
          properties.put(name, isSecret(type, name) ? secret(value) : value);
        }
      });
      return properties;
    }

    private boolean isSecret(HardwareType type, String property) {
      return SECRETS.contains(property)
          || types.field(type.name(), property).map(WorkerField::encrypted).orElse(false);
    }

    private Secret secret(Object value) {
      return new Secret(value instanceof String text ? text : json.writeValueAsString(value));
    }

    /** Issues the secrets that the service issues at an enrollment today. */
    private Set<String> issue(HardwareType type, Map<String, Object> properties) {
      Set<String> issued = new LinkedHashSet<>();
      for (WorkerField field : types.fieldsOf(type.name())) {
        Object value = properties.get(field.name());
        if (field.fallback() instanceof Fallback.Issued(var source) && isAbsent(value)) {
          properties.put(field.name(), new Secret(source.get()));
          issued.add(field.name());
          find(FindingKind.NOTE, "has no " + field.name() + ": one was issued");
        }
      }
      return issued;
    }

    private void check(HardwareType type, String name, Map<String, Object> properties) {
      Map<String, Object> known = new LinkedHashMap<>(properties);
      known.keySet().removeIf(property -> types.field(type.name(), property).isEmpty());
      // In clear, so that a mask is known that a client once wrote in place of its secret.
      known.replaceAll((_, value) -> value instanceof Secret(String text) ? text : value);
      properties.keySet().stream()
          .filter(property -> !known.containsKey(property))
          .forEach(property ->
              find(
                  FindingKind.NOTE,
                  "/properties/"
                      + property
                      + ": no enabled worker knows it; kept, and not shown until one does"));
      rules
          .violations(type.name(), name, known)
          .forEach(violation -> find(FindingKind.TO_FIX, violation));
    }

    private List<ReservationWindowRecord> windows() {
      List<ReservationWindowRecord> windows = new ArrayList<>();
      for (OriginalWindow window : original.windows()) {
        Instant start = window.start();
        Instant end = window.end();
        Optional<UUID> uuid = uuid(window.uuid());
        if (uuid.isEmpty() || start == null || end == null || !start.isBefore(end)) {
          find(FindingKind.NOT_TAKEN, "window " + window.uuid() + " does not end after it starts");
        } else {
          windows.add(
              new ReservationWindowRecord(
                  new ReservationWindow(uuid.get(), start, end),
                  firstOf(window.createdAt(), original.createdAt(), Instant.EPOCH),
                  window.updatedAt()));
        }
      }
      return windows;
    }

    private void find(FindingKind findingKind, String text) {
      findings.add(new MigrationFinding(findingKind, label, text));
    }

    private TranslationResult refused(String why) {
      find(FindingKind.NOT_TAKEN, why);
      return new TranslationResult.NotTranslatable();
    }
  }

  private static boolean isAbsent(@Nullable Object value) {
    return value == null || "".equals(WorkerTaskTranslator.secretText(value));
  }

  private static Optional<UUID> uuid(@Nullable String text) {
    return text != null && text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
        ? Optional.of(UUID.fromString(text))
        : Optional.empty();
  }

  private static Instant firstOf(
      @Nullable Instant first, @Nullable Instant second, Instant otherwise) {
    if (first != null) {
      return first;
    }
    return second == null ? otherwise : second;
  }
}

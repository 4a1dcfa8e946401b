package doni.migration;

import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardware.PropertyRules;
import doni.hardware.WindowRecord;
import doni.hardwaretype.HardwareTypes;
import doni.migration.MigratedTask.Ending;
import doni.migration.MigrationFinding.Kind;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Makes of what the original has stored what is stored here. */
final class HardwareTranslator {

  /** What became of a device of the original. */
  sealed interface Result {
    /** It can be stored. */
    record Taken(MigratedDevice device) implements Result {}

    /** It was deleted, and the original has cleaned up after it. */
    record CleanedUp() implements Result {}

    /** It cannot be stored; the findings say why. */
    record Refused() implements Result {}
  }

  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  /** Secret also where the worker that declares them is not enabled here. */
  private static final Set<String> SECRETS =
      Set.of(
          SharedNames.CREDENTIAL_SECRET,
          "ipmi_password",
          SharedNames.BOOTSTRAP_TOKEN,
          "private-and-sensitive-field",
          "public-and-sensitive-field");

  private static final int LONGEST_REASON = 1000;

  private final HardwareTypes types;
  private final PropertyRules rules;
  private final JsonMapper json;

  HardwareTranslator(HardwareTypes types, PropertyRules rules, JsonMapper json) {
    this.types = types;
    this.rules = rules;
    this.json = json;
  }

  /** Translates a device; what a person should know is added to the findings. */
  Result of(OriginalDevice original, List<MigrationFinding> findings) {
    return new One(original, findings).result();
  }

  /** One device under translation. */
  private final class One {
    private final OriginalDevice original;
    private final List<MigrationFinding> findings;
    private final String label;

    One(OriginalDevice original, List<MigrationFinding> findings) {
      this.original = original;
      this.findings = findings;
      this.label = original.uuid() + " " + original.name();
    }

    Result result() {
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
        stored = object(original.properties());
      } catch (JacksonException _) {
        return refused("its properties must be a JSON object");
      }
      return stored(new HardwareId(uuid.get()), name, project, type.get(), stored);
    }

    private Result stored(
        HardwareId id,
        String name,
        String project,
        HardwareType type,
        Map<String, @Nullable Object> stored) {
      Map<String, Object> properties = properties(type, stored);
      Set<String> issued = original.deleted() ? Set.of() : issue(type, properties);
      List<MigratedTask> tasks = tasks(type, properties, issued);
      if (original.deleted() && tasks.isEmpty()) {
        return new Result.CleanedUp();
      }
      if (!original.deleted()) {
        check(type, name, properties);
      }
      Instant created = firstOf(original.createdAt(), original.updatedAt(), Instant.EPOCH);
      return new Result.Taken(
          new MigratedDevice(
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

    /** What the service issues at an enrollment, for one that is older than that. */
    private Set<String> issue(HardwareType type, Map<String, Object> properties) {
      Set<String> issued = new LinkedHashSet<>();
      for (WorkerField field : types.fieldsOf(type.name())) {
        Object value = properties.get(field.name());
        if (field.fallback() instanceof Fallback.Issued(var source) && isAbsent(value)) {
          properties.put(field.name(), new Secret(source.get()));
          issued.add(field.name());
          find(Kind.NOTE, "has no " + field.name() + ": one was issued");
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
                  Kind.NOTE,
                  "/properties/"
                      + property
                      + ": no enabled worker knows it; kept, and not shown until one does"));
      rules
          .violations(type.name(), name, known)
          .forEach(violation -> find(Kind.TO_MEND, violation));
    }

    private List<WindowRecord> windows() {
      List<WindowRecord> windows = new ArrayList<>();
      for (OriginalWindow window : original.windows()) {
        Instant start = window.start();
        Instant end = window.end();
        Optional<UUID> uuid = uuid(window.uuid());
        if (uuid.isEmpty() || start == null || end == null || !start.isBefore(end)) {
          find(Kind.NOT_TAKEN, "window " + window.uuid() + " does not end after it starts");
        } else {
          windows.add(
              new WindowRecord(
                  new ReservationWindow(uuid.get(), start, end),
                  firstOf(window.createdAt(), original.createdAt(), Instant.EPOCH),
                  window.updatedAt()));
        }
      }
      return windows;
    }

    private List<MigratedTask> tasks(
        HardwareType type, Map<String, Object> properties, Set<String> issued) {
      List<MigratedTask> tasks = new ArrayList<>();
      Set<String> there = new LinkedHashSet<>();
      for (OriginalTask task : original.tasks()) {
        String worker = task.workerType();
        if (worker == null || !type.workers().contains(worker)) {
          find(
              Kind.NOT_TAKEN,
              "what worker '" + worker + "' reported: it does not serve " + type.name());
        } else {
          there.add(worker);
          task(task, worker, type, properties, issued).ifPresent(tasks::add);
        }
      }
      if (!original.deleted()) {
        types.workersOf(type.name()).stream()
            .filter(worker -> !there.contains(worker))
            .forEach(worker -> tasks.add(fresh(worker)));
      }
      return tasks;
    }

    /** A worker that is enabled here and was not there. */
    private MigratedTask fresh(String worker) {
      return new MigratedTask(worker, Map.of(), Ending.NONE, null, 0, null, true);
    }

    private Optional<MigratedTask> task(
        OriginalTask task,
        String worker,
        HardwareType type,
        Map<String, Object> properties,
        Set<String> issued) {
      Map<String, @Nullable Object> details = details(task, worker);
      boolean steady = "STEADY".equals(task.state());
      if (original.deleted() && steady && OriginalStateDetails.proveCleanedUp(worker, details)) {
        if (worker.equals("ironic")) {
          find(
              Kind.NOTE,
              "was deleted, and the original removes no Ironic node: check whether it still"
                  + " exists");
        }
        return Optional.empty();
      }
      boolean enabled = types.workersOf(type.name()).contains(worker);
      if (!enabled) {
        find(
            Kind.NOTE,
            "what worker '" + worker + "' reported is kept until doni.workers.enabled names it");
      }
      Instant at = task.updatedAt() == null ? task.createdAt() : task.updatedAt();
      Ending ending = original.deleted() ? Ending.NONE : ending(task, details);
      return Optional.of(
          new MigratedTask(
              worker,
              OriginalStateDetails.translated(
                  worker,
                  details,
                  issued.contains(SharedNames.BOOTSTRAP_TOKEN)
                      ? null
                      : secretText(properties.get(SharedNames.BOOTSTRAP_TOKEN)),
                  secretsOf(properties),
                  at),
              ending,
              reason(ending, details, properties),
              ending != Ending.NONE && details.get("defer_count") instanceof Number count
                  ? Math.max(0, count.intValue())
                  : 0,
              ending == Ending.NONE ? null : at,
              enabled));
    }

    private Map<String, @Nullable Object> details(OriginalTask task, String worker) {
      try {
        return object(task.details());
      } catch (JacksonException _) {
        find(Kind.NOT_TAKEN, "what worker '" + worker + "' reported: it must be a JSON object");
        return Map.of();
      }
    }

    private void find(Kind kind, String text) {
      findings.add(new MigrationFinding(kind, label, text));
    }

    private Result refused(String why) {
      find(Kind.NOT_TAKEN, why);
      return new Result.Refused();
    }
  }

  /** An attempt that the original never ended has died with it: nothing is known of it. */
  private static Ending ending(OriginalTask task, Map<String, @Nullable Object> details) {
    return switch (task.state()) {
      case "STEADY" -> Ending.SYNCED;
      case "ERROR" -> Ending.FAILED;
      case "PENDING" -> details.get("defer_reason") == null ? Ending.NONE : Ending.DEFERRED;
      case null, default -> Ending.NONE;
    };
  }

  private static @Nullable String reason(
      Ending ending, Map<String, @Nullable Object> details, Map<String, Object> properties) {
    Object said =
        switch (ending) {
          case FAILED -> details.getOrDefault("last_error", "the original does not say why");
          case DEFERRED -> details.get("defer_reason");
          case NONE, SYNCED -> null;
        };
    if (said == null) {
      return null;
    }
    String text = said.toString();
    for (String secret : secretsOf(properties)) {
      // A backend may have quoted it.
      text = secret.isEmpty() ? text : text.replace(secret, Secret.MASK);
    }
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
  }

  private static List<String> secretsOf(Map<String, Object> properties) {
    return properties.values().stream()
        .map(HardwareTranslator::secretText)
        .filter(Objects::nonNull)
        .toList();
  }

  private static boolean isAbsent(@Nullable Object value) {
    return value == null || "".equals(secretText(value));
  }

  private static @Nullable String secretText(@Nullable Object value) {
    return value instanceof Secret(String text) ? text : null;
  }

  private Map<String, @Nullable Object> object(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Map.of();
    }
    Map<String, @Nullable Object> read = json.readValue(text, OBJECT);
    return read == null ? Map.of() : read;
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

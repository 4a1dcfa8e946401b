package doni.migration;

import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.migration.MigratedWorkerTask.Ending;
import doni.migration.MigrationReport.MigrationFinding.FindingKind;
import doni.migration.OriginalInventory.OriginalHardware;
import doni.migration.OriginalInventory.OriginalWorkerTask;
import doni.worker.HardwareType;
import doni.worker.SharedNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Translates the worker tasks of the original, and adds those of workers that it did not have. */
final class WorkerTaskTranslator {

  private static final TypeReference<LinkedHashMap<String, @Nullable Object>> OBJECT =
      new TypeReference<>() {};

  private static final String TOKEN = SharedNames.BOOTSTRAP_TOKEN;
  private static final int LONGEST_REASON = 1000;

  private final HardwareTypes types;
  private final JsonMapper json;

  WorkerTaskTranslator(HardwareTypes types, JsonMapper json) {
    this.types = types;
    this.json = json;
  }

  /**
   * Returns the tasks to store; deleted hardware has none for a worker that has cleaned up.
   *
   * @param properties translated; secrets are {@link Secret}s
   * @param issued properties that the original did not have and that were issued for it
   * @param findings receives what a person should know
   */
  List<MigratedWorkerTask> of(
      OriginalHardware original,
      HardwareType type,
      Map<String, Object> properties,
      Set<String> issued,
      BiConsumer<FindingKind, String> findings) {
    List<MigratedWorkerTask> tasks = new ArrayList<>();
    Set<String> there = new LinkedHashSet<>();
    for (OriginalWorkerTask task : original.tasks()) {
      String worker = task.workerType();
      if (worker == null || !type.workers().contains(worker)) {
        findings.accept(
            FindingKind.NOT_TAKEN,
            "what worker '" + worker + "' reported: it does not serve " + type.name());
      } else {
        there.add(worker);
        task(original, task, worker, type, properties, issued, findings).ifPresent(tasks::add);
      }
    }
    if (!original.deleted()) {
      types.workersOf(type.name()).stream()
          .filter(worker -> !there.contains(worker))
          .forEach(worker -> tasks.add(fresh(worker)));
    }
    return tasks;
  }

  /** Returns the task of a worker that is enabled here and that the original did not have. */
  private MigratedWorkerTask fresh(String worker) {
    return new MigratedWorkerTask(worker, Map.of(), Ending.NONE, null, 0, null, true);
  }

  private Optional<MigratedWorkerTask> task(
      OriginalHardware original,
      OriginalWorkerTask task,
      String worker,
      HardwareType type,
      Map<String, Object> properties,
      Set<String> issued,
      BiConsumer<FindingKind, String> findings) {
    Map<String, @Nullable Object> details = details(task, worker, findings);
    boolean steady = "STEADY".equals(task.state());
    if (original.deleted() && steady && OriginalStateDetails.proveCleanedUp(worker, details)) {
      if (worker.equals("ironic")) {
        findings.accept(
            FindingKind.NOTE,
            "was deleted, and the original removes no Ironic node: check whether it still"
                + " exists");
      }
      return Optional.empty();
    }
    boolean enabled = types.workersOf(type.name()).contains(worker);
    if (!enabled) {
      findings.accept(
          FindingKind.NOTE,
          "what worker '" + worker + "' reported is kept until doni.workers.enabled names it");
    }
    Instant at = task.updatedAt() == null ? task.createdAt() : task.updatedAt();
    Ending ending = original.deleted() ? Ending.NONE : ending(task, details);
    return Optional.of(
        new MigratedWorkerTask(
            worker,
            OriginalStateDetails.translated(
                worker,
                details,
                issued.contains(TOKEN) ? null : secretText(properties.get(TOKEN)),
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

  private Map<String, @Nullable Object> details(
      OriginalWorkerTask task, String worker, BiConsumer<FindingKind, String> findings) {
    try {
      return object(task.details());
    } catch (JacksonException _) {
      findings.accept(
          FindingKind.NOT_TAKEN, "what worker '" + worker + "' reported: it must be a JSON object");
      return Map.of();
    }
  }

  /** Nothing is known of an attempt that was running when the original stopped. */
  private static Ending ending(OriginalWorkerTask task, Map<String, @Nullable Object> details) {
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
        .map(WorkerTaskTranslator::secretText)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Returns the text of a secret; null for any other value. */
  static @Nullable String secretText(@Nullable Object value) {
    return value instanceof Secret(String text) ? text : null;
  }

  /** Reads a JSON object; empty for a missing one. */
  Map<String, @Nullable Object> object(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return Map.of();
    }
    Map<String, @Nullable Object> read = json.readValue(text, OBJECT);
    return read == null ? Map.of() : read;
  }
}

package doni.hardware;

import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Invalid;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What an enrollment becomes before it is stored, and when it is refused. */
@Component
public class EnrollmentRules {

  private final HardwareTypes types;
  private final HardwarePropertyValidator properties;

  EnrollmentRules(HardwareTypes types, HardwarePropertyValidator properties) {
    this.types = types;
    this.properties = properties;
  }

  /** Returns the properties to store: null values are dropped, absent fields get their default. */
  public Map<String, Object> complete(String hardwareType, Map<String, Object> requested) {
    Map<String, Object> completed = new LinkedHashMap<>();
    requested.forEach((name, value) -> {
      if (value != null) {
        completed.put(name, value);
      }
    });
    for (WorkerField field : types.fieldsOf(hardwareType)) {
      Object value = completed.get(field.name());
      if (value == null
          || (value.equals("") && field.fallback() instanceof WorkerField.Fallback.Issued)) {
        field.initial().ifPresent(initial -> completed.put(field.name(), initial));
      }
    }
    return completed;
  }

  /**
   * Returns the labels to store; null values are dropped.
   *
   * @throws Invalid if they are not valid
   */
  public Map<String, String> labels(@Nullable Map<String, Object> requested) {
    Map<String, Object> given = new LinkedHashMap<>(requested == null ? Map.of() : requested);
    given.values().removeIf(Objects::isNull);
    return HardwareJsonPatch.labels(given);
  }

  /** Returns every violation with its path; empty for a valid enrollment. Texts hold no values. */
  List<String> violations(String hardwareType, String name, Map<String, Object> completed) {
    List<String> violations = new ArrayList<>(NameRules.violations(name, null));
    violations.addAll(properties.violations(hardwareType, name, completed));
    return violations;
  }

  /**
   * As {@link #violations}, for a report of many rows: without lists of allowed values.
   *
   * @param id the uuid that the import gives the hardware, if any
   */
  public List<String> importViolations(
      String hardwareType, String name, @Nullable HardwareId id, Map<String, Object> completed) {
    List<String> violations = new ArrayList<>(NameRules.violations(name, id));
    violations.addAll(
        properties.violations(
            hardwareType, name, completed, HardwarePropertyValidator.Wording.BRIEF));
    return violations;
  }

  /** Returns what is accepted but will not have the expected effect, with its path. */
  List<String> warnings(String hardwareType, Map<String, Object> completed) {
    return properties.warnings(hardwareType, completed);
  }

  /**
   * Applies a patch.
   *
   * @throws Invalid if the patch or its result is not allowed
   * @throws Conflict if the result would lose a worker
   */
  HardwareRecord patched(HardwareRecord before, HardwareJsonPatch patch) {
    HardwareRecord after = patch.applyTo(before, types);
    List<String> violations =
        new ArrayList<>(
            properties.violations(after.hardwareType(), after.name(), checkable(before, after)));
    if (!after.name().equals(before.name())) {
      violations.addAll(NameRules.violations(after.name(), after.id()));
    } else if (after.hardwareType().equals(before.hardwareType())) {
      // A name from before a rule was introduced stays until it is changed.
      violations.removeIf(violation -> violation.startsWith("/name: "));
    }
    if (!violations.isEmpty()) {
      throw new Invalid(violations);
    }
    refuseToLoseWorkers(before, after);
    return after;
  }

  /**
   * Leaves out unchanged properties that no enabled worker knows: the worker that did may be
   * enabled again.
   */
  private Map<String, Object> checkable(HardwareRecord before, HardwareRecord after) {
    Map<String, Object> checkable = new LinkedHashMap<>(after.properties());
    checkable
        .entrySet()
        .removeIf(entry ->
            types.field(after.hardwareType(), entry.getKey()).isEmpty()
                && entry.getValue().equals(before.properties().get(entry.getKey())));
    return checkable;
  }

  private void refuseToLoseWorkers(HardwareRecord before, HardwareRecord after) {
    List<String> lost = new ArrayList<>(types.workersOf(before.hardwareType()));
    lost.removeAll(types.workersOf(after.hardwareType()));
    if (!lost.isEmpty()) {
      throw new Conflict(
          "/hardware_type: "
              + after.hardwareType()
              + " is not served by "
              + String.join(", ", lost)
              + ", which would leave things behind; delete the hardware and enroll it again");
    }
  }

  /** Returns the workers that serve the hardware only after the change. */
  List<String> gainedWorkers(HardwareRecord before, HardwareRecord after) {
    List<String> gained = new ArrayList<>(types.workersOf(after.hardwareType()));
    gained.removeAll(types.workersOf(before.hardwareType()));
    return gained;
  }

  /** Returns the masked properties that a patch writes, see {@link HardwareJsonPatch#masked}. */
  Set<String> masked(HardwareRecord after, HardwareJsonPatch patch) {
    return patch.masked(after.hardwareType(), types);
  }

  /**
   * Returns what a change has changed, as the body of its event.
   *
   * @param masked properties that count as changed without a comparison
   */
  Map<String, Object> difference(
      HardwareRecord before,
      HardwareRecord after,
      Set<String> masked,
      List<ReservationWindow> windowsBefore,
      List<ReservationWindow> windowsAfter) {
    return new DesiredStateChange(types)
        .between(before, after, masked, windowsBefore, windowsAfter);
  }

  /** Returns a member of a request that must not be missing. */
  static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new Invalid(name + ": is required");
    }
    return value;
  }
}

package doni.hardware;

import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Describes a change of the desired state and of the labels for its event. Secrets are masked.
 *
 * @param types tell which fields are secret
 */
record DesiredStateChange(HardwareTypes types) {

  /**
   * @param masked properties that count as changed without a comparison
   */
  Map<String, Object> between(
      HardwareRecord before,
      HardwareRecord after,
      Set<String> masked,
      List<ReservationWindow> windowsBefore,
      List<ReservationWindow> windowsAfter) {
    List<Map<String, Object>> fields = new ArrayList<>();
    add(fields, "name", before.name(), after.name());
    add(fields, "hardware_type", before.hardwareType(), after.hardwareType());
    TreeSet<String> names = new TreeSet<>(before.properties().keySet());
    names.addAll(after.properties().keySet());
    for (String name : names) {
      Object from = before.properties().get(name);
      Object to = after.properties().get(name);
      if (masked.contains(name) || !Objects.equals(from, to)) {
        boolean secret =
            types.field(after.hardwareType(), name).map(WorkerField::encrypted).orElse(true);
        fields.add(field("properties." + name, shown(from, secret), shown(to, secret)));
      }
    }
    fields.addAll(labels(before.labels(), after.labels()));
    fields.addAll(windows(times(windowsBefore), times(windowsAfter)));
    return Map.of("changed", fields);
  }

  private static List<Map<String, Object>> windows(
      Map<UUID, String> before, Map<UUID, String> after) {
    List<Map<String, Object>> fields = new ArrayList<>();
    Set<UUID> uuids = new LinkedHashSet<>(before.keySet());
    uuids.addAll(after.keySet());
    for (UUID uuid : uuids) {
      if (!Objects.equals(before.get(uuid), after.get(uuid))) {
        fields.add(field("availability." + uuid, before.get(uuid), after.get(uuid)));
      }
    }
    return fields;
  }

  private static Map<UUID, String> times(List<ReservationWindow> windows) {
    Map<UUID, String> times = new LinkedHashMap<>();
    windows.forEach(window -> times.put(window.uuid(), window.start() + " to " + window.end()));
    return times;
  }

  private static List<Map<String, Object>> labels(
      Map<String, String> before, Map<String, String> after) {
    List<Map<String, Object>> fields = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    for (String key : keys) {
      if (!Objects.equals(before.get(key), after.get(key))) {
        fields.add(field("labels." + key, before.get(key), after.get(key)));
      }
    }
    return fields;
  }

  private static @Nullable Object shown(@Nullable Object value, boolean secret) {
    return value != null && (secret || value instanceof Secret) ? Secret.MASK : value;
  }

  private static void add(List<Map<String, Object>> fields, String name, String from, String to) {
    if (!from.equals(to)) {
      fields.add(field(name, from, to));
    }
  }

  private static Map<String, Object> field(
      String name, @Nullable Object from, @Nullable Object to) {
    Map<String, Object> field = new LinkedHashMap<>();
    field.put("field", name);
    if (from != null) {
      field.put("from", from);
    }
    if (to != null) {
      field.put("to", to);
    }
    return field;
  }
}

package doni.bulkimport;

import doni.enrollment.Secret;
import doni.hardware.HardwareRecord;
import doni.hardwaretype.HardwareTypes;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device has the properties of a row. What was issued to it counts as the same where the
 * row leaves it out.
 */
final class ImportComparison {

  private ImportComparison() {}

  /** The paths that differ, without values. */
  static List<String> differences(
      HardwareTypes types,
      HardwareRecord stored,
      Map<String, Object> requested,
      Map<String, Object> completed) {
    List<String> differences = new ArrayList<>();
    Set<String> names = new TreeSet<>(stored.properties().keySet());
    names.addAll(completed.keySet());
    for (String name : names) {
      boolean leftOut = requested.get(name) == null || "".equals(requested.get(name));
      Optional<WorkerField> field = types.field(stored.hardwareType(), name);
      // What no enabled worker knows was left behind by one that may be enabled again.
      boolean asStored =
          leftOut
              && (field.isEmpty() || field.get().fallback() instanceof WorkerField.Fallback.Issued);
      if (!asStored && !same(stored.properties().get(name), completed.get(name))) {
        differences.add("/properties/" + name + ": is not what is stored");
      }
    }
    return differences;
  }

  private static boolean same(@Nullable Object stored, @Nullable Object wanted) {
    Object plain = stored instanceof Secret secret ? secret.value() : stored;
    return Objects.equals(plain, wanted)
        || (Secret.MASK.equals(wanted) && stored instanceof Secret);
  }
}

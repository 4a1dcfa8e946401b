package doni.bulkimport;

import doni.enrollment.Secret;
import doni.hardware.HardwareRecord;
import doni.hardwaretype.HardwareTypes;
import doni.worker.WorkerField;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares stored hardware with a row of an import. An issued property that the row leaves out
 * counts as equal.
 */
final class ImportComparison {

  private ImportComparison() {}

  /** Returns the paths that differ, without values. */
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
      // A property that no enabled worker knows belongs to one that may be enabled again.
      boolean asStored =
          leftOut
              && (field.isEmpty() || field.get().fallback() instanceof WorkerField.Fallback.Issued);
      if (!asStored && !same(stored.properties().get(name), completed.get(name))) {
        differences.add("/properties/" + name + ": differs from the stored value");
      }
    }
    return differences;
  }

  private static boolean same(@Nullable Object stored, @Nullable Object wanted) {
    Object plain = stored instanceof Secret secret ? secret.value() : stored;
    if (plain instanceof Number one && wanted instanceof Number other) {
      // The same number may have been read as another type: 2, 2.0 and 2.00 are one value.
      return new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString())) == 0;
    }
    return Objects.equals(plain, wanted)
        || (Secret.MASK.equals(wanted) && stored instanceof Secret);
  }
}

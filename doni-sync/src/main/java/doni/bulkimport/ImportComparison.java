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
 * counts as equal. Secrets are never compared: the report would confirm a guess.
 */
final class ImportComparison {

  private ImportComparison() {}

  /**
   * The result of a comparison.
   *
   * @param differences the paths that differ, without values
   * @param notCompared the paths of secrets to which the row gives a value
   */
  record Comparison(List<String> differences, List<String> notCompared) {}

  static Comparison compare(
      HardwareTypes types,
      HardwareRecord stored,
      Map<String, Object> requested,
      Map<String, Object> completed) {
    List<String> differences = new ArrayList<>();
    List<String> notCompared = new ArrayList<>();
    Set<String> names = new TreeSet<>(stored.properties().keySet());
    names.addAll(completed.keySet());
    for (String name : names) {
      boolean leftOut = requested.get(name) == null || "".equals(requested.get(name));
      Optional<WorkerField> field = types.field(stored.hardwareType(), name);
      if (isSecret(field, stored.properties().get(name))) {
        if (!leftOut && !Secret.MASK.equals(requested.get(name))) {
          notCompared.add("/properties/" + name + ": is a secret, not compared");
        }
        continue;
      }
      // A property that no enabled worker knows belongs to one that may be enabled again.
      boolean asStored =
          leftOut
              && (field.isEmpty() || field.get().fallback() instanceof WorkerField.Fallback.Issued);
      if (!asStored && !same(stored.properties().get(name), completed.get(name))) {
        differences.add("/properties/" + name + ": differs from the stored value");
      }
    }
    return new Comparison(differences, notCompared);
  }

  private static boolean isSecret(Optional<WorkerField> field, @Nullable Object stored) {
    return stored instanceof Secret || field.map(WorkerField::encrypted).orElse(false);
  }

  private static boolean same(@Nullable Object stored, @Nullable Object wanted) {
    if (stored instanceof Number one && wanted instanceof Number other) {
      // The same number may have been read as another type: 2, 2.0 and 2.00 are one value.
      return new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString())) == 0;
    }
    return Objects.equals(stored, wanted);
  }
}

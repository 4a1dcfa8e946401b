package doni.machinetype;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Of which machine types two snapshots say something else. */
public final class MachineTypeDifferences {

  private MachineTypeDifferences() {}

  /** The names with different values, and those that only one of them has. */
  public static <T> Set<String> between(Map<String, T> before, Map<String, T> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
    return names;
  }
}

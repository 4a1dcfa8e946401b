package doni.worker.blazar;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the properties of a resource differ from those that it is to have.
 *
 * <p>Sorted by how Blazar takes them: a write that holds one property which it does not change is
 * refused as a whole.
 *
 * @param columns those that can always be changed
 * @param missing those that are not there, which can always be added
 * @param changed those that are there with another value, or, with null, should not be there
 */
record PropertyDrift(
    Map<String, @Nullable String> columns,
    Map<String, @Nullable String> missing,
    Map<String, @Nullable String> changed,
    List<Change> changes) {

  PropertyDrift {
    columns = Collections.unmodifiableMap(columns);
    missing = Collections.unmodifiableMap(missing);
    changed = Collections.unmodifiableMap(changed);
    changes = List.copyOf(changes);
  }

  static PropertyDrift between(Wish wish, Resource resource) {
    Map<String, @Nullable String> columns = new TreeMap<>();
    Map<String, @Nullable String> missing = new TreeMap<>();
    Map<String, @Nullable String> changed = new TreeMap<>();
    List<Change> changes = new ArrayList<>();
    new TreeMap<>(wish.properties())
        .forEach((key, wanted) -> {
          String present = resource.properties().get(key);
          if (present == null) {
            missing.put(key, wanted);
            changes.add(new Change(Change.Action.CREATE, "property " + key, null, wanted));
          } else if (!same(key, wanted, present)) {
            (wish.kind().columns().contains(key) ? columns : changed).put(key, wanted);
            changes.add(Change.update("property " + key, present, wanted));
          }
        });
    wish.formerKeys().stream()
        .sorted()
        .filter(key -> !wish.properties().containsKey(key))
        .filter(resource.properties()::containsKey)
        .forEach(key -> {
          changed.put(key, null);
          changes.add(
              new Change(
                  Change.Action.DELETE, "property " + key, resource.properties().get(key), null));
        });
    return new PropertyDrift(columns, missing, changed, changes);
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /** What has to be written, each as one write. */
  List<Map<String, @Nullable String>> writes() {
    List<Map<String, @Nullable String>> writes = new ArrayList<>();
    for (Map<String, @Nullable String> write : List.of(columns, missing, changed)) {
      if (!write.isEmpty()) {
        writes.add(write);
      }
    }
    return writes;
  }

  private static boolean same(String key, String wanted, String present) {
    return key.equals(Authorization.PROJECTS)
        ? projects(wanted).equals(projects(present))
        : wanted.equals(present);
  }

  /** Their order says nothing. */
  private static Set<String> projects(String ids) {
    return new TreeSet<>(List.of(ids.split(",", -1)));
  }
}

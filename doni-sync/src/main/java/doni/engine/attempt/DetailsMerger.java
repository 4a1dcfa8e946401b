package doni.engine.attempt;

import doni.enrollment.Secret;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges the details of an outcome into what the task has recorded. */
public final class DetailsMerger {

  private DetailsMerger() {}

  /**
   * @param secret the names whose values are secrets
   * @return what is reported from now on; empty when that is what was reported before
   */
  public static Optional<Map<String, Object>> merge(
      Map<String, Object> before, Map<String, @Nullable Object> news, Set<String> secret) {
    boolean changed = false;
    Map<String, Object> merged = new LinkedHashMap<>(before);
    for (Map.Entry<String, @Nullable Object> entry : news.entrySet()) {
      String key = entry.getKey();
      Object value = asSecret(entry.getValue(), secret.contains(key));
      if (value == null) {
        changed |= merged.remove(key) != null;
      } else {
        changed |= !same(merged.put(key, value), value);
      }
    }
    return changed ? Optional.of(merged) : Optional.empty();
  }

  private static @Nullable Object asSecret(@Nullable Object value, boolean secret) {
    return secret && value instanceof String text ? new Secret(text) : value;
  }

  /** Compares as JSON, in which 1 is the same number as an integer, a long or a double. */
  private static boolean same(@Nullable Object a, @Nullable Object b) {
    return switch (a) {
      case Map<?, ?> map when b instanceof Map<?, ?> other ->
          map.keySet().equals(other.keySet())
              && map.entrySet().stream().allMatch(e -> same(e.getValue(), other.get(e.getKey())));
      case List<?> list when b instanceof List<?> other -> sameElements(list, other);
      case Number number when b instanceof Number other ->
          new BigDecimal(number.toString()).compareTo(new BigDecimal(other.toString())) == 0;
      case null, default -> Objects.equals(a, b);
    };
  }

  private static boolean sameElements(List<?> list, List<?> other) {
    if (list.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < list.size(); i++) {
      if (!same(list.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }
}

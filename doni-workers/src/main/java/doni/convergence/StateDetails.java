package doni.convergence;

import doni.enrollment.Secret;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to what earlier attempts recorded. Details are a report that a migration or an older
 * version may have written: a value of another type counts as absent.
 */
public record StateDetails(Map<String, Object> values) {

  public StateDetails {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Returns the string under the key; empty when it is absent or not a string. */
  public Optional<String> text(String key) {
    return values.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** Returns the time under the key, in ISO-8601 as {@link Instant} writes it. */
  public Optional<Instant> instant(String key) {
    return text(key).flatMap(StateDetails::parse);
  }

  /** Returns the whole number under the key. */
  public Optional<Long> number(String key) {
    return values.get(key) instanceof Number number
        ? Optional.of(number.longValue())
        : Optional.empty();
  }

  /** Returns the secret under the key: the value of one of the worker's secret details. */
  public Optional<Secret> secret(String key) {
    return values.get(key) instanceof Secret secret ? Optional.of(secret) : Optional.empty();
  }

  /** Returns the strings of the list under the key; empty when there is none. */
  public List<String> texts(String key) {
    return values.get(key) instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /** Returns the object under the key, with the keys that are strings. */
  public Map<String, Object> object(String key) {
    if (!(values.get(key) instanceof Map<?, ?> map)) {
      return Map.of();
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((name, value) -> {
      if (name instanceof String text && value != null) {
        object.put(text, value);
      }
    });
    return Collections.unmodifiableMap(object);
  }

  private static Optional<Instant> parse(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  /** Returns an empty report to fill. */
  public static Builder report() {
    return new Builder();
  }

  /**
   * A report under construction. A value that is absent or empty removes what an earlier attempt
   * recorded under the key.
   */
  public static final class Builder {

    private final Map<String, @Nullable Object> details = new LinkedHashMap<>();

    private Builder() {}

    public Builder put(String key, @Nullable Object value) {
      details.put(
          key,
          switch (value) {
            case null -> null;
            case Optional<?> optional -> optional.map(Builder::plain).orElse(null);
            case Collection<?> list when list.isEmpty() -> null;
            case Map<?, ?> map when map.isEmpty() -> null;
            default -> plain(value);
          });
      return this;
    }

    public Builder putAll(Map<String, ? extends @Nullable Object> values) {
      values.forEach(this::put);
      return this;
    }

    private static Object plain(Object value) {
      return switch (value) {
        case Instant instant -> instant.toString();
        case List<?> list -> List.copyOf(list);
        case Collection<?> collection ->
            List.copyOf(collection.stream().map(Objects::requireNonNull).toList());
        default -> value;
      };
    }

    public Map<String, @Nullable Object> build() {
      return Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }
}

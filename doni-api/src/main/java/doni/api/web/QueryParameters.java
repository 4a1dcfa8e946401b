package doni.api.web;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.hardware.ReservationTimeParser;
import doni.request.RequestRefusedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query string parameter by parameter and collects all violations, so that a client gets
 * them in one answer. {@link QueryParametersConfiguration} refuses unknown parameters.
 */
public final class QueryParameters {

  private static final int MAX_LENGTH = 255;
  private static final Set<String> TRUE = Set.of("1", "t", "true", "on", "y", "yes");
  private static final Set<String> FALSE = Set.of("0", "f", "false", "off", "n", "no");

  private final Map<String, String[]> parameters;
  private final List<String> violations = new ArrayList<>();

  public QueryParameters(Map<String, String[]> parameters) {
    this.parameters = parameters;
  }

  /** Returns the value of a parameter that must not be repeated; null if absent. */
  @Nullable public String text(String name) {
    return text(name, MAX_LENGTH);
  }

  /** As {@link #text(String)}, for a value that may be longer. */
  @Nullable public String text(String name, int maxLength) {
    String[] values = parameters.get(name);
    if (values == null || values.length == 0) {
      return null;
    }
    if (values.length > 1) {
      violations.add(name + ": must be given only once");
      return null;
    }
    String value = values[0];
    if (value.length() > maxLength || !ClientTextRules.isLine(value)) {
      violations.add(name + ": must be at most " + maxLength + " printable characters");
      return null;
    }
    return value;
  }

  @Nullable public UUID uuid(String name) {
    return uuid(name, "a device");
  }

  /**
   * Returns a UUID; null if absent.
   *
   * @param whose the kind of thing that the UUID identifies, for the message
   */
  @Nullable public UUID uuid(String name, String whose) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    Optional<UUID> uuid = HardwareReader.uuid(value).map(HardwareId::value);
    if (uuid.isEmpty()) {
      violations.add(
          name + ": must be the UUID of " + whose + ", not " + ClientTextRules.quote(value));
    }
    return uuid.orElse(null);
  }

  /**
   * Returns what a value is parsed to; null if the parameter is absent.
   *
   * @param parser throws {@link RequestRefusedException.Invalid} with the name of the parameter
   */
  public <T> @Nullable T parsed(String name, int maxLength, Function<String, T> parser) {
    String value = text(name, maxLength);
    try {
      return value == null ? null : parser.apply(value);
    } catch (RequestRefusedException.Invalid e) {
      violations.addAll(e.violations());
      return null;
    }
  }

  /** Returns a time; null if the parameter is absent. */
  @Nullable public Instant time(String name) {
    return parsed(
        name,
        MAX_LENGTH,
        value ->
            ReservationTimeParser.parse(value)
                // A + that the client did not encode arrives as a space.
                .or(() -> ReservationTimeParser.parse(value.replaceFirst(" (?=[0-9:]+$)", "+")))
                .orElseThrow(() ->
                    new RequestRefusedException.Invalid(
                        "%s: must be a time such as 2031-03-03T00:00:00+00:00, not %s"
                            .formatted(name, ClientTextRules.quote(value)))));
  }

  /** Returns the values of the parameters whose names begin with a prefix, without that prefix. */
  public Map<String, String> withPrefix(String prefix) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : parameters.keySet()) {
      String value = name.startsWith(prefix) ? text(name) : null;
      if (value != null) {
        values.put(name.substring(prefix.length()), value);
      }
    }
    return values;
  }

  public boolean flag(String name) {
    String value = text(name);
    if (value == null || FALSE.contains(value.toLowerCase(Locale.ROOT))) {
      return false;
    }
    if (!TRUE.contains(value.toLowerCase(Locale.ROOT))) {
      violations.add(name + ": must be True or False, not " + ClientTextRules.quote(value));
    }
    return true;
  }

  /** Like {@link #flag}, but returns null if the parameter is absent. */
  @Nullable public Boolean optionalFlag(String name) {
    return parameters.containsKey(name) ? Boolean.valueOf(flag(name)) : null;
  }

  /** Returns the number, reduced to {@code max}, or {@code absent} if the parameter is absent. */
  public long positive(String name, long absent, long max) {
    String value = text(name);
    if (value == null) {
      return absent;
    }
    if (!value.matches("0*[1-9][0-9]*")) {
      violations.add(name + ": must be a positive integer, not " + ClientTextRules.quote(value));
      return absent;
    }
    String digits = value.replaceFirst("^0+", "");
    return digits.length() > 18 ? max : Math.min(Long.parseLong(digits), max);
  }

  /**
   * Returns the constant with this name, ignoring case; null if the parameter is absent.
   *
   * @param spelling converts a constant's name to the spelling in the message
   */
  public <E extends Enum<E>> @Nullable E oneOf(
      String name, List<E> constants, UnaryOperator<String> spelling) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    for (E constant : constants) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    String allowed =
        constants.stream().map(Enum::name).map(spelling).collect(Collectors.joining(", "));
    violations.add(
        "%s: must be one of %s, not %s".formatted(name, allowed, ClientTextRules.quote(value)));
    return null;
  }

  /**
   * Returns the value of {@code hardware_type}, {@code worker_type} or {@code kind}, which must
   * exist: a misspelled one would find nothing. Null if the parameter is absent.
   */
  @Nullable public String known(String name) {
    String value = text(name);
    List<String> existing = Objects.requireNonNull(FilterValues.BY_PARAMETER.get(name), name);
    if (value != null && !existing.contains(value)) {
      violations.add(
          "%s: must be one of %s, not %s"
              .formatted(name, String.join(", ", existing), ClientTextRules.quote(value)));
    }
    return value;
  }

  /** Returns the values that {@link #known} accepts for a parameter. */
  public static List<String> knownValues(String name) {
    return Objects.requireNonNull(FilterValues.BY_PARAMETER.get(name), name);
  }

  /**
   * Ends the reading.
   *
   * @throws RequestRefusedException.Invalid with every violation, if there is one
   */
  public void check() {
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
  }
}

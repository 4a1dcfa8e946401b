package doni.api.web;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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
    String[] values = parameters.get(name);
    if (values == null || values.length == 0) {
      return null;
    }
    if (values.length > 1) {
      violations.add(name + ": must be given only once");
      return null;
    }
    String value = values[0];
    if (value.length() > MAX_LENGTH || !ClientTextRules.isLine(value)) {
      violations.add(name + ": must be at most " + MAX_LENGTH + " printable characters");
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

package doni.api.web;

import doni.api.body.BodyText;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A query string, read parameter by parameter; what is wrong with it is collected, so that a client
 * hears everything at once. Parameters that nobody asks for are ignored, unless {@link #nothingBut}
 * says otherwise.
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

  /** The value of a parameter that may stand there once. */
  @Nullable public String text(String name) {
    String[] values = parameters.get(name);
    if (values == null || values.length == 0) {
      return null;
    }
    if (values.length > 1) {
      violations.add(name + ": may be given once only");
      return null;
    }
    String value = values[0];
    if (value.length() > MAX_LENGTH || !BodyText.isLine(value)) {
      violations.add(name + ": must be at most " + MAX_LENGTH + " printable characters");
      return null;
    }
    return value;
  }

  @Nullable public UUID uuid(String name) {
    return uuid(name, "a device");
  }

  /**
   * @param whose what has such a uuid, for the message
   */
  @Nullable public UUID uuid(String name, String whose) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    Optional<UUID> uuid = HardwareReader.uuid(value).map(HardwareId::value);
    if (uuid.isEmpty()) {
      violations.add(name + ": must be the uuid of " + whose + ", not " + BodyText.quote(value));
    }
    return uuid.orElse(null);
  }

  public boolean flag(String name) {
    String value = text(name);
    if (value == null || FALSE.contains(value.toLowerCase(Locale.ROOT))) {
      return false;
    }
    if (!TRUE.contains(value.toLowerCase(Locale.ROOT))) {
      violations.add(name + ": must be True or False, not " + BodyText.quote(value));
    }
    return true;
  }

  /** As {@link #flag}, but null where the parameter is absent. */
  @Nullable public Boolean answer(String name) {
    return parameters.containsKey(name) ? Boolean.valueOf(flag(name)) : null;
  }

  /** The number, at most {@code max}; {@code absent} if there is none. */
  public long positive(String name, long absent, long max) {
    String value = text(name);
    if (value == null) {
      return absent;
    }
    if (!value.matches("0*[1-9][0-9]*")) {
      violations.add(name + ": must be a positive integer, not " + BodyText.quote(value));
      return absent;
    }
    String digits = value.replaceFirst("^0+", "");
    return digits.length() > 18 ? max : Math.min(Long.parseLong(digits), max);
  }

  /**
   * The constant whose name is the value, in whatever letter case; null if there is none.
   *
   * @param spelling how clients are told to spell a constant's name
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
    violations.add("%s: %s is not one of %s".formatted(name, BodyText.quote(value), allowed));
    return null;
  }

  /** For a request of which a mistyped parameter would do what was not meant. */
  public void nothingBut(String... known) {
    List<String> allowed = List.of(known);
    parameters.keySet().stream()
        .filter(name -> !allowed.contains(name))
        .sorted()
        .forEach(name ->
            violations.add(
                "%s: is no parameter of this request; allowed: %s"
                    .formatted(BodyText.quote(name), String.join(", ", allowed))));
  }

  /** Throws {@link RequestRefusedException.Invalid} with everything that was wrong. */
  public void check() {
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
  }
}

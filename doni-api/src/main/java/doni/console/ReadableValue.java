package doni.console;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text of a property, of a recorded detail or of an event's body, as people read it: without
 * the quotes and braces of JSON, and with changes as {@code update device name: old → new}.
 */
final class ReadableValue {

  private static final String NONE = "–";
  private static final String ACTION = "action";
  private static final String OBJECT = "object";
  private static final String FIELD = "field";
  private static final String FROM = "from";
  private static final String TO = "to";

  private ReadableValue() {}

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> NONE;
      case Map<?, ?> change when change.containsKey(ACTION) && change.containsKey(OBJECT) ->
          "%s %s%s"
              .formatted(
                  String.valueOf(change.get(ACTION)).toLowerCase(Locale.ROOT),
                  change.get(OBJECT),
                  difference(change));
      case Map<?, ?> change when change.containsKey(FIELD) ->
          change.get(FIELD) + difference(change);
      case Map<?, ?> members when members.isEmpty() -> NONE;
      case Map<?, ?> members ->
          members.entrySet().stream()
              .map(member -> member.getKey() + ": " + nested(member.getValue()))
              .collect(Collectors.joining(" · "));
      case Collection<?> elements when elements.isEmpty() -> NONE;
      case Collection<?> elements ->
          elements.stream().map(ReadableValue::of).collect(Collectors.joining("; "));
      default -> String.valueOf(value);
    };
  }

  /** Members of a member are in parentheses, so that the next member is not taken for theirs. */
  private static String nested(@Nullable Object value) {
    return value instanceof Map<?, ?> members && !members.isEmpty()
        ? "(" + of(members).replace(" · ", ", ") + ")"
        : of(value);
  }

  private static String difference(Map<?, ?> change) {
    boolean before = change.get(FROM) != null;
    boolean after = change.get(TO) != null;
    if (!before && !after) {
      return "";
    }
    return before
        ? ": %s → %s".formatted(of(change.get(FROM)), of(change.get(TO)))
        : ": " + of(change.get(TO));
  }
}

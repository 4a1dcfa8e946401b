package doni.worker.k8s;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A taint of a Node.
 *
 * @param value absent where the taint was written without one
 * @param timeAdded when a NoExecute taint was put there, as the API server writes it
 */
record Taint(String key, @Nullable String value, String effect, @Nullable String timeAdded) {

  /** What makes a taint unique on a Node. */
  record Slot(String key, String effect) {}

  private static final Pattern TEXT = Pattern.compile("([^=:]+)=([^=:]*):([A-Za-z]+)");

  static Taint of(String key, String value, String effect) {
    return new Taint(key, value, effect, null);
  }

  /** Reads {@link #text} back; empty when it is something else. */
  static Optional<Taint> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    return parts.matches()
        ? Optional.of(of(parts.group(1), parts.group(2), parts.group(3)))
        : Optional.empty();
  }

  Slot slot() {
    return new Slot(key, effect);
  }

  /** Whether a toleration of the one tolerates the other: the time does not count. */
  boolean sameAs(Taint other) {
    return slot().equals(other.slot()) && valueOrEmpty().equals(other.valueOrEmpty());
  }

  String text() {
    return key + '=' + valueOrEmpty() + ':' + effect;
  }

  private String valueOrEmpty() {
    return value == null ? "" : value;
  }
}

package doni.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an event stands in the order in which they can be followed: by the transaction that wrote
 * it, then by its id.
 *
 * <p>Ids alone will not do: a transaction that took a smaller one may commit later, and its event
 * would never be seen by somebody who was past that id already.
 */
public record EventPosition(long tx, long id) implements Comparable<EventPosition> {

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /** Reads what {@link #toString} writes; empty when it is anything else. */
  public static Optional<EventPosition> parse(String text) {
    Matcher parts = TEXT.matcher(text);
    return parts.matches()
        ? Optional.of(
            new EventPosition(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(EventPosition other) {
    return tx == other.tx ? Long.compare(id, other.id) : Long.compare(tx, other.tx);
  }

  @Override
  public String toString() {
    return tx + "-" + id;
  }
}

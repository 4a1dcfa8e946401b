package doni.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The position of an event in the order in which events can be followed: by the transaction that
 * wrote it, then by id.
 *
 * <p>Ids alone are not enough: a transaction with a smaller id may commit later, and a reader that
 * is past that id already would never see its event.
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

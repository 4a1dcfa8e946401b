package doni.hardware;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a list demands of labels, names, properties and times; null and empty match everything.
 *
 * @param namePart a part of the name, in whatever letter case
 * @param properties values of properties by name, as text
 * @param createdAfter exclusive, as the other times are
 * @param updatedBefore also matches hardware that was never changed
 */
public record HardwareFilter(
    @Nullable LabelSelector selector,
    @Nullable String namePart,
    Map<String, String> properties,
    @Nullable Instant createdAfter,
    @Nullable Instant createdBefore,
    @Nullable Instant updatedAfter,
    @Nullable Instant updatedBefore) {

  /** Matches everything. */
  public static final HardwareFilter ALL =
      new HardwareFilter(null, null, Map.of(), null, null, null, null);

  private static final int PART_LENGTH = 3;

  public HardwareFilter {
    properties = Map.copyOf(properties);
  }

  /** A filter by labels alone. */
  public static HardwareFilter of(LabelSelector selector) {
    return new HardwareFilter(selector, null, Map.of(), null, null, null, null);
  }

  /** Whether it has no condition, or one of labels alone. */
  public boolean isOfLabelsOnly() {
    return equals(new HardwareFilter(selector, null, Map.of(), null, null, null, null));
  }

  /**
   * Returns the parts that a name must have in order to contain a text, as the index over parts of
   * names has them.
   *
   * @param text in lower case, not empty
   */
  static List<String> parts(String text) {
    int[] characters = text.codePoints().toArray();
    if (characters.length <= PART_LENGTH) {
      return List.of(text);
    }
    return IntStream.rangeClosed(0, characters.length - PART_LENGTH)
        .mapToObj(start -> new String(characters, start, PART_LENGTH))
        .distinct()
        .toList();
  }
}

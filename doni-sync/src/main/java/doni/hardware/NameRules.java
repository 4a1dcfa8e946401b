package doni.hardware;

import doni.enrollment.HardwareId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses names by which no request could reach the hardware, for every hardware type. What a
 * backend demands of a name is a worker's name schema.
 */
final class NameRules {

  /** What stands in the place of a name in the paths under {@code /v1/hardware/}. */
  static final Set<String> PATH_WORDS = Set.of("export", "sync", ".", "..");

  private NameRules() {}

  /**
   * Returns what is wrong with a name.
   *
   * @param id the uuid of the hardware, if it is known already
   */
  static List<String> violations(String name, @Nullable HardwareId id) {
    if (PATH_WORDS.contains(name.toLowerCase(Locale.ROOT))) {
      return List.of("/name: must not be '%s', which is part of a path".formatted(name));
    }
    Optional<HardwareId> other = HardwareReader.uuid(name).filter(uuid -> !uuid.equals(id));
    return other.isPresent()
        ? List.of("/name: must not have the form of a UUID other than the hardware's own")
        : List.of();
  }
}

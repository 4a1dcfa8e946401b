package doni.worker;

import doni.enrollment.HardwareId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of hardware that a backend has, enrolled or not: what is shown to an operator who brings
 * an existing site under management.
 */
public sealed interface DiscoveredHardware {

  /** Which one it is, in the backend's words, for example {@code Ironic node <uuid>}. */
  String origin();

  /**
   * One that can be enrolled, so that the worker knows what is there for its own.
   *
   * @param id by which the worker will know it
   * @param name empty where the backend has none
   * @param properties as the backend has them; a password is a {@link doni.enrollment.Secret}
   * @param withheld properties that the backend has and does not show, each with the reason:
   *     enrolled without them, they would be lost there
   * @param notes what the worker would write once it is enrolled like this, for a person to read
   */
  record Importable(
      String origin,
      HardwareId id,
      String name,
      String hardwareType,
      Map<String, Object> properties,
      Map<String, String> withheld,
      List<String> notes)
      implements DiscoveredHardware {

    public Importable {
      properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
      withheld = Map.copyOf(withheld);
      notes = List.copyOf(notes);
    }
  }

  /**
   * One that cannot be enrolled without harm.
   *
   * @param id as of one that can be enrolled; null where it has none that an enrollment can have
   * @param why everything that keeps it from being enrolled
   */
  record NotImportable(String origin, @Nullable HardwareId id, List<String> why)
      implements DiscoveredHardware {
    public NotImportable {
      why = List.copyOf(why);
    }
  }
}

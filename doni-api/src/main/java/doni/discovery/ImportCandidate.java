package doni.discovery;

import doni.enrollment.HardwareId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of hardware as all backends together know it.
 *
 * @param id null only where it cannot be enrolled
 * @param name empty where no backend has one
 * @param properties as the backends have them; a password is a {@link doni.enrollment.Secret}
 * @param withheld properties that a backend has and none shows, each with the reason
 * @param origins in which backends it was found, in their words
 * @param notes what the workers would write once it is enrolled like this, and where backends
 *     disagree
 * @param problems everything that keeps it from being enrolled
 */
public record ImportCandidate(
    @Nullable HardwareId id,
    String name,
    String hardwareType,
    Map<String, Object> properties,
    Map<String, String> withheld,
    List<String> origins,
    List<String> notes,
    List<String> problems) {

  public ImportCandidate {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    withheld = Map.copyOf(withheld);
    origins = List.copyOf(origins);
    notes = List.copyOf(notes);
    problems = List.copyOf(problems);
  }
}

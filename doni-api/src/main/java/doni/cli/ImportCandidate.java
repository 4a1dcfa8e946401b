package doni.cli;

import doni.enrollment.HardwareId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One hardware, merged from all backends.
 *
 * @param id null only if it cannot be enrolled
 * @param name empty if no backend has a name
 * @param properties values from the backends; a password is a {@link doni.enrollment.Secret}
 * @param withheld properties that exist at a backend but cannot be read, each with the reason
 * @param origins objects at the backends that it was found in
 * @param notes what workers would write after an enrollment, and differences between backends
 * @param problems all reasons why it cannot be enrolled
 */
record ImportCandidate(
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

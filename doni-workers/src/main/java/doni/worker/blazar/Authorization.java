package doni.worker.blazar;

import doni.enrollment.Hardware;
import doni.openstack.ProjectLookup;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may reserve a piece of hardware, as Blazar wants to hear it: ids of projects joined by
 * commas. No such property means everybody, an empty one nobody.
 *
 * @param properties to be set
 * @param unknown entries of the enrollment that stand for no project, or for several
 */
record Authorization(Map<String, String> properties, List<String> unknown) {

  static final String PROJECTS = "authorized_projects";
  static final String REASON = "restricted_reason";

  /** Both are ours, also where they are not wanted. */
  static final Set<String> KEYS = Set.of(PROJECTS, REASON);

  static final String REASON_FIELD = "authorized_projects_reason";

  Authorization {
    properties = Map.copyOf(properties);
    unknown = List.copyOf(unknown);
  }

  /** The fields by which an enrollment says it. */
  static List<WorkerField> fields() {
    Map<String, Object> text = Map.of("type", "string");
    return List.of(
        WorkerField.of(PROJECTS, Map.of("type", "array", "items", text)),
        WorkerField.of(REASON_FIELD, text));
  }

  /** The site's own project is added, because a lease of ours would be refused otherwise. */
  static Authorization of(Hardware device, Reservations reservations) {
    List<String> unknown = new ArrayList<>();
    Set<String> ids = new LinkedHashSet<>();
    for (String entry : entries(device)) {
      switch (reservations.project(entry)) {
        case ProjectLookup.Found.One(String id) -> ids.add(id);
        case ProjectLookup.Found.None _ -> unknown.add("'" + entry + "' (no such project)");
        case ProjectLookup.Found.Several(List<String> several) ->
            unknown.add("'" + entry + "' (" + several.size() + " projects of that name)");
      }
    }
    Map<String, String> properties = new HashMap<>();
    device.text(REASON_FIELD).ifPresent(reason -> properties.put(REASON, reason));
    if (unknown.isEmpty() && !ids.isEmpty()) {
      ids.add(reservations.projectId());
      properties.put(PROJECTS, String.join(",", ids));
    }
    return new Authorization(properties, unknown);
  }

  /** Why the list cannot be set as it is; it is never shortened. */
  Optional<String> complaint() {
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(PROJECTS + " names what cannot be found: " + String.join(", ", unknown));
  }

  /** What of the resource is ours to take away. */
  Set<String> owned() {
    return unknown.isEmpty() ? KEYS : Set.of(REASON);
  }

  private static List<String> entries(Hardware device) {
    return device.properties().get(PROJECTS) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}

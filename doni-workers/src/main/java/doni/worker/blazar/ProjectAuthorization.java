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
 * The projects that may reserve a resource, in Blazar's form: ids joined by commas. Without the
 * property every project may reserve it; with an empty one no project may.
 *
 * @param properties to set
 * @param unknown entries of the enrollment that match no project, or several
 */
record ProjectAuthorization(Map<String, String> properties, List<String> unknown) {

  static final String PROJECTS = "authorized_projects";
  static final String REASON = "restricted_reason";

  /** Both are ours, even where they are not required. */
  static final Set<String> KEYS = Set.of(PROJECTS, REASON);

  static final String REASON_FIELD = "authorized_projects_reason";

  ProjectAuthorization {
    properties = Map.copyOf(properties);
    unknown = List.copyOf(unknown);
  }

  /** Returns the fields of an enrollment. */
  static List<WorkerField> fields() {
    Map<String, Object> text = Map.of("type", "string");
    return List.of(
        WorkerField.of(PROJECTS, Map.of("type", "array", "items", text)),
        WorkerField.of(REASON_FIELD, text));
  }

  /** Returns the authorization of a deleted device, for which Keystone need not be asked. */
  static ProjectAuthorization none() {
    return new ProjectAuthorization(Map.of(), List.of());
  }

  /** Adds the site's own project, because its leases would be refused otherwise. */
  static ProjectAuthorization of(Hardware hardware, BlazarClient client) {
    List<String> unknown = new ArrayList<>();
    Set<String> ids = new LinkedHashSet<>();
    for (String entry : entries(hardware)) {
      switch (client.project(entry)) {
        case ProjectLookup.Found.One(String id) -> ids.add(id);
        case ProjectLookup.Found.NoProject _ -> unknown.add("'" + entry + "' (no such project)");
        case ProjectLookup.Found.Several(List<String> several) ->
            unknown.add("'" + entry + "' (" + several.size() + " projects with that name)");
      }
    }
    Map<String, String> properties = new HashMap<>();
    hardware.text(REASON_FIELD).ifPresent(reason -> properties.put(REASON, reason));
    if (unknown.isEmpty() && !ids.isEmpty()) {
      ids.add(client.projectId());
      properties.put(PROJECTS, String.join(",", ids));
    }
    return new ProjectAuthorization(properties, unknown);
  }

  /** Returns why the list cannot be set; it is never shortened. */
  Optional<String> problem() {
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            PROJECTS
                + ": must name existing projects by id or unique name; not found: "
                + String.join(", ", unknown));
  }

  /** Returns the properties that may be removed from the resource. */
  Set<String> managedKeys() {
    return unknown.isEmpty() ? KEYS : Set.of(REASON);
  }

  private static List<String> entries(Hardware hardware) {
    return hardware.properties().get(PROJECTS) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}

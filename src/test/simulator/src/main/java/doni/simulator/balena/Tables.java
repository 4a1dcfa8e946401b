package doni.simulator.balena;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The rows of all resources. Ids are issued in order, also to rows that are then refused. */
final class Tables {

  /**
   * A link to one row ({@code back} null), or from the rows whose field {@code back} links here.
   */
  record Link(String target, @Nullable String back) {}

  private static final Map<String, List<String>> FIELDS =
      Map.of(
          "device",
          List.of(
              "id",
              "uuid",
              "device_name",
              "note",
              "is_online",
              "last_connectivity_event",
              "api_heartbeat_state",
              "is_connected_to_vpn",
              "overall_status",
              "created_at",
              "modified_at",
              "belongs_to__application",
              "is_of__device_type"),
          "device_type",
          List.of("id", "slug", "name"),
          "device_type_alias",
          List.of("id", "is_referenced_by__alias", "references__device_type"),
          "application",
          List.of(
              "id",
              "app_name",
              "slug",
              "uuid",
              "organization",
              "is_for__device_type",
              "created_at",
              "modified_at"),
          "service",
          List.of("id", "service_name", "application", "created_at", "modified_at"),
          "service_install",
          List.of("id", "device", "installs__service", "created_at", "modified_at"),
          "device_environment_variable",
          List.of("id", "device", "name", "value", "created_at", "modified_at"),
          "device_service_environment_variable",
          List.of("id", "service_install", "name", "value", "created_at", "modified_at"));

  private static final Map<String, Link> LINKS =
      Map.ofEntries(
          Map.entry("device.belongs_to__application", new Link("application", null)),
          Map.entry("device.is_of__device_type", new Link("device_type", null)),
          Map.entry(
              "device.device_environment_variable",
              new Link("device_environment_variable", "device")),
          Map.entry("device.service_install", new Link("service_install", "device")),
          Map.entry("application.is_for__device_type", new Link("device_type", null)),
          Map.entry(
              "device_type.device_type_alias",
              new Link("device_type_alias", "references__device_type")),
          Map.entry("device_type_alias.references__device_type", new Link("device_type", null)),
          Map.entry("service.application", new Link("application", null)),
          Map.entry("service_install.device", new Link("device", null)),
          Map.entry("service_install.installs__service", new Link("service", null)),
          Map.entry(
              "service_install.device_service_environment_variable",
              new Link("device_service_environment_variable", "service_install")),
          Map.entry("device_environment_variable.device", new Link("device", null)),
          Map.entry(
              "device_service_environment_variable.service_install",
              new Link("service_install", null)));

  private final Map<String, TreeMap<Long, ObjectNode>> rows = new HashMap<>();
  private final Map<String, Long> lastIds = new HashMap<>();

  static boolean exists(String table) {
    return FIELDS.containsKey(table);
  }

  static boolean hasField(String table, String field) {
    return FIELDS.getOrDefault(table, List.of()).contains(field);
  }

  static Optional<Link> link(String table, String name) {
    return Optional.ofNullable(LINKS.get(table + "." + name));
  }

  static ObjectNode reference(long id) {
    return JsonNodeFactory.instance.objectNode().put("__id", id);
  }

  long nextId(String table) {
    return lastIds.merge(table, 1L, Long::sum);
  }

  void put(String table, ObjectNode row) {
    rows.computeIfAbsent(table, _ -> new TreeMap<>()).put(row.path("id").asLong(), row);
  }

  List<ObjectNode> all(String table) {
    return new ArrayList<>(rows.getOrDefault(table, new TreeMap<>()).values());
  }

  List<ObjectNode> where(String table, Predicate<ObjectNode> condition) {
    return all(table).stream().filter(condition).toList();
  }

  Optional<ObjectNode> find(String table, long id) {
    return Optional.ofNullable(rows.getOrDefault(table, new TreeMap<>()).get(id));
  }

  /** Deletes a row, and the rows that link to it. */
  void delete(String table, long id) {
    ObjectNode row = rows.getOrDefault(table, new TreeMap<>()).remove(id);
    if (row == null) {
      return;
    }
    LINKS.forEach((name, link) -> {
      if (name.startsWith(table + ".") && link.back() != null) {
        linked(table, row, name.substring(table.length() + 1))
            .forEach(child -> delete(link.target(), child.path("id").asLong()));
      }
    });
  }

  /** Returns the rows that a link of a row leads to. */
  List<ObjectNode> linked(String table, ObjectNode row, String name) {
    Link link = link(table, name).orElseThrow(() -> Refused.empty(500));
    String back = link.back();
    if (back != null) {
      long id = row.path("id").asLong();
      return where(link.target(), child -> id(child, back) == id);
    }
    return find(link.target(), id(row, name)).map(List::of).orElse(List.of());
  }

  /** Returns the id in a link; -1 where it is unset. */
  static long id(JsonNode row, String link) {
    return row.path(link).path("__id").asLong(-1);
  }
}

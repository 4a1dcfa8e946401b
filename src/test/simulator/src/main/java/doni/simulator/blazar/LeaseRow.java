package doni.simulator.blazar;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A lease with its one reservation. */
final class LeaseRow {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  final String id = UUID.randomUUID().toString();
  final String reservationId = UUID.randomUUID().toString();
  final String trustId = UUID.randomUUID().toString().replace("-", "");
  final String startEventId = UUID.randomUUID().toString();
  final String endEventId = UUID.randomUUID().toString();

  /** What a reservation calls its resource is a row of the plugin, not the device. */
  final String pluginId = UUID.randomUUID().toString();

  final Caller owner;
  final String createdAt;
  final Row resource;
  final boolean host;
  final String rule;
  String name;
  Instant start;
  Instant end;
  String status = "PENDING";

  /** What came of its beginning. */
  String begun = "UNDONE";

  /** Its reservation was torn down, so that it holds nothing any more. */
  boolean free;

  /** Neither the manager nor anybody else gets it out of its status. */
  boolean stuck;

  /** A deletion was tried and failed. */
  boolean tried;

  LeaseRow(
      Caller owner,
      String createdAt,
      Row resource,
      boolean host,
      String rule,
      String name,
      Instant start,
      Instant end) {
    this.owner = owner;
    this.createdAt = createdAt;
    this.resource = resource;
    this.host = host;
    this.rule = rule;
    this.name = name;
    this.start = start;
    this.end = end;
  }

  boolean holds(Row row) {
    return resource == row && !free;
  }

  boolean overlaps(Instant from, Instant to) {
    return start.isBefore(to) && from.isBefore(end);
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("created_at", createdAt)
        .put("updated_at", createdAt)
        .put("id", id)
        .put("name", name)
        .put("user_id", owner.userId())
        .put("project_id", owner.projectId())
        .put("start_date", DATE.format(start))
        .put("end_date", DATE.format(end))
        .put("trust_id", trustId)
        .put("status", status)
        .put("degraded", false);
    json.putArray("reservations")
        .addObject()
        .put("created_at", createdAt)
        .put("updated_at", createdAt)
        .put("id", reservationId)
        .put("lease_id", id)
        .put("resource_id", pluginId)
        .put("resource_type", host ? "physical:host" : "device")
        .put("status", reservationStatus())
        .put("missing_resources", false)
        .put("resources_changed", false)
        .put("resource_properties", rule)
        .put("before_end", "default")
        .put("min", 1)
        .put("max", 1);
    var events = json.putArray("events");
    event(events.addObject(), "end_lease", end, status.equals("TERMINATED") ? "DONE" : "UNDONE");
    event(events.addObject(), "start_lease", start, begun);
    return json;
  }

  ObjectNode allocation() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", reservationId)
        .put("status", reservationStatus())
        .put("lease_id", id)
        .put("start_date", DATE.format(start))
        .put("end_date", DATE.format(end))
        .put("lease_name", name)
        .put("project_id", owner.projectId());
    json.putObject("extras");
    return json;
  }

  private void event(ObjectNode event, String type, Instant at, String came) {
    event
        .put("created_at", createdAt)
        .putNull("updated_at")
        .put("id", type.startsWith("start") ? startEventId : endEventId)
        .put("lease_id", id)
        .put("event_type", type)
        .put("time", DATE.format(at))
        .put("status", came);
  }

  private String reservationStatus() {
    return switch (status) {
      case "PENDING", "CREATING", "STARTING" -> "pending";
      case "TERMINATED" -> "deleted";
      case "ERROR" -> "error";
      default -> "active";
    };
  }
}

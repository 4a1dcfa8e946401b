package doni.simulator.blazar;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /leases}. */
final class LeaseApi {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
  private static final Pattern RULE = Pattern.compile("\\[\"==\",\"\\$([^\"]+)\",\"([^\"]*)\"]");
  private static final int LONGEST_NAME = 80;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Store store;

  LeaseApi(Store store) {
    this.store = store;
  }

  Answer list(Request request, Caller caller) {
    ObjectNode body = NODES.objectNode();
    ArrayNode all = body.putArray("leases");
    store.leases.values().stream()
        .filter(lease -> caller.admin() || lease.owner.projectId().equals(caller.projectId()))
        .forEach(lease -> all.add(lease.json()));
    return Answer.json(200, body);
  }

  Answer get(Request request, Caller caller) {
    return one(200, lease(request).json());
  }

  Answer devices(Request request, Caller caller) {
    ObjectNode body = NODES.objectNode();
    Row row = lease(request).resource;
    ObjectNode json = body.putArray("devices").addObject();
    json.put("created_at", row.createdAt).putNull("updated_at").put("id", row.id);
    json.put("name", row.name);
    row.columns.forEach(json::put);
    json.put("reservable", row.reservable);
    return Answer.json(200, body);
  }

  Answer create(Request request, Caller caller) {
    JsonNode body = request.json();
    String name = required(body, "name").asString();
    Instant start = start(required(body, "start_date").asString());
    Instant end = date(required(body, "end_date").asString());
    if (start.isBefore(minute())) {
      throw BlazarError.of(400, "Start date must be later than current date");
    }
    if (!start.isBefore(end)) {
      throw BlazarError.of(400, "End date must be later than start date.");
    }
    if (start.plus(store.longestLease).isBefore(end)) {
      throw BlazarError.of(
          400, "Lease duration of so many seconds must be less than or equal to the maximum");
    }
    JsonNode reservation = required(body, "reservations").path(0);
    String type = reservation.path("resource_type").asString("");
    boolean host = type.equals("physical:host");
    if (!(type.equals("device") || (host && store.hostsServed))) {
      throw BlazarError.of(500, "The " + type + " resource type is not supported");
    }
    var _ = required(reservation, "min");
    var _ = required(reservation, "max");
    if (host && !reservation.has("hypervisor_properties")) {
      throw BlazarError.of(400, "Missing parameter hypervisor_properties");
    }
    String rule = required(reservation, "resource_properties").asString("");
    Matcher matcher = RULE.matcher(rule);
    if (!matcher.matches()) {
      throw BlazarError.of(400, "Malformed requirements " + rule);
    }
    store.makeTrust(caller);
    if (name.length() > LONGEST_NAME) {
      throw BlazarError.uncaught();
    }
    Row row = candidate(host, matcher.group(1), matcher.group(2), caller, start, end, reservation);
    LeaseRow lease = new LeaseRow(caller, store.stamp(), row, host, rule, name, start, end);
    store.leases.put(lease.id, lease);
    return one(201, lease.json());
  }

  private Row candidate(
      boolean host,
      String key,
      String value,
      Caller caller,
      Instant start,
      Instant end,
      JsonNode reservation) {
    List<Row> rows = List.copyOf(store.rows(host).values());
    if (rows.stream().noneMatch(row -> row.capabilities.containsKey(key))) {
      throw BlazarError.of(
          500, key + (host ? " HostExtraCapability" : " DeviceExtraCapability") + " was not found");
    }
    return rows.stream()
        .filter(row -> row.value(key).equals(value) && row.reservable)
        .filter(row -> host || authorized(row, caller))
        .filter(row -> store.holding(row).noneMatch(lease -> lease.overlaps(start, end)))
        .findFirst()
        .orElseThrow(() ->
            BlazarError.of(
                500,
                host
                    ? "Not enough hosts available"
                    : "Not enough resources available with query {'resource_type': 'device', 'min': 1, 'max': 1, 'resource_properties': '%s'}"
                        .formatted(reservation.path("resource_properties").asString(""))));
  }

  private static boolean authorized(Row row, Caller caller) {
    return !row.capabilities.containsKey("authorized_projects")
        || List.of(row.value("authorized_projects").split(",", -1)).contains(caller.projectId());
  }

  Answer update(Request request, Caller caller) {
    LeaseRow lease = lease(request);
    JsonNode body = request.json();
    if (lease.stuck || lease.status.equals("ERROR")) {
      throw BlazarError.of(500, "Invalid lease status.");
    }
    Instant start =
        body.has("start_date") ? start(body.path("start_date").asString()) : lease.start;
    Instant end = body.has("end_date") ? date(body.path("end_date").asString()) : lease.end;
    checkDates(lease, body, start, end);
    boolean taken =
        lease.host
            && store
                .holding(lease.resource)
                .anyMatch(other -> other != lease && other.overlaps(start, end));
    if (taken) {
      throw BlazarError.of(500, "Not enough hosts available");
    }
    lease.name = body.path("name").asString(lease.name);
    lease.start = start;
    lease.end = end;
    return one(200, lease.json().put("status", "UPDATING"));
  }

  private void checkDates(LeaseRow lease, JsonNode body, Instant start, Instant end) {
    boolean started = !lease.status.equals("PENDING");
    if (started && !start.equals(lease.start)) {
      throw BlazarError.of(400, "Cannot modify the start date of already started leases");
    }
    if (lease.status.equals("TERMINATED") && body.has("end_date")) {
      throw BlazarError.of(400, "Terminated leases can only be renamed");
    }
    if (!started && !start.equals(lease.start) && start.isBefore(minute())) {
      throw BlazarError.of(400, "Start date must be later than current date");
    }
    if (body.has("end_date") && (!end.isAfter(store.now()) || !start.isBefore(end))) {
      throw BlazarError.of(400, "End date must be later than current and start date");
    }
  }

  Answer delete(Request request, Caller caller) {
    LeaseRow lease = lease(request);
    boolean failedBefore = lease.status.equals("ERROR") && lease.tried;
    if (lease.stuck || failedBefore) {
      throw BlazarError.of(500, "Invalid lease status.");
    }
    boolean there = lease.host || store.nodes.isThere(lease.resource.name);
    boolean needsIt =
        switch (lease.status) {
          case "ACTIVE", "ERROR" -> true;
          case "PENDING" -> !lease.tried;
          default -> false;
        };
    if (!there && needsIt) {
      lease.tried = true;
      if (!lease.status.equals("PENDING")) {
        lease.status = "ERROR";
        lease.free = true;
      }
      throw BlazarError.uncaught();
    }
    store.leases.remove(lease.id);
    return Answer.json(200, NODES.objectNode());
  }

  private LeaseRow lease(Request request) {
    String id = request.variable("id");
    LeaseRow lease = store.leases.get(id);
    if (lease == null) {
      throw BlazarError.of(404, "Object with {'lease_id': '%s'} not found".formatted(id));
    }
    return lease;
  }

  private static Answer one(int status, ObjectNode lease) {
    ObjectNode body = NODES.objectNode();
    body.set("lease", lease);
    return Answer.json(status, body);
  }

  private static JsonNode required(JsonNode body, String key) {
    @Nullable JsonNode value = body.get(key);
    if (value == null) {
      throw BlazarError.of(400, "Missing parameter " + key);
    }
    return value;
  }

  private Instant start(String text) {
    return text.equals("now") ? minute() : date(text);
  }

  private static Instant date(String text) {
    try {
      return LocalDateTime.parse(text, DATE).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException _) {
      throw BlazarError.of(400, text + " is an invalid date. Required format: %Y-%m-%d %H:%M");
    }
  }

  private Instant minute() {
    return store.now().truncatedTo(ChronoUnit.MINUTES);
  }
}

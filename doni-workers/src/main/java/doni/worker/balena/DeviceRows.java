package doni.worker.balena;

import doni.enrollment.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads devices with everything that is compared. */
final class DeviceRows {

  private static final String FIELDS =
      "$select=id,uuid,device_name,is_online,last_connectivity_event"
          + "&$expand=belongs_to__application($select=id,slug),is_of__device_type($select=id,slug),"
          + "device_environment_variable($select=id,name,value),"
          + "service_install($select=id;$expand=installs__service($select=service_name),"
          + "device_service_environment_variable($select=id,name,value))";

  /** About half a megabyte. */
  private static final int PAGE = 500;

  private final Rows rows;

  DeviceRows(Rows rows) {
    this.rows = rows;
  }

  Optional<FleetDevice> one(String uuid) {
    return rows.of("device(uuid=" + OData.literal(uuid) + ")?" + FIELDS).stream()
        .findFirst()
        .map(DeviceRows::read);
  }

  /**
   * All devices of some fleets, by uuid. One that is registered or deleted while the pages are read
   * may push another one out of them.
   */
  Map<String, FleetDevice> of(List<Long> fleets) {
    Map<String, FleetDevice> devices = new HashMap<>();
    if (fleets.isEmpty()) {
      return devices;
    }
    String filter =
        fleets.stream()
            .map(id -> "belongs_to__application eq " + id)
            .collect(Collectors.joining(" or "));
    List<JsonNode> page;
    int read = 0;
    do {
      page =
          rows.of(
              "device?$filter=%s&$orderby=id asc&$top=%d&$skip=%d&%s"
                  .formatted(filter, PAGE, read, FIELDS));
      page.stream().map(DeviceRows::read).forEach(device -> devices.put(device.uuid(), device));
      read += page.size();
    } while (page.size() == PAGE);
    return devices;
  }

  private static FleetDevice read(JsonNode row) {
    JsonNode fleet = Rows.linked(row, "belongs_to__application");
    JsonNode type = Rows.linked(row, "is_of__device_type");
    return new FleetDevice(
        Rows.id(row, "id"),
        Rows.text(row, "uuid"),
        Rows.text(row, "device_name"),
        Rows.id(fleet, "id"),
        Rows.text(fleet, "slug"),
        Rows.id(type, "id"),
        Rows.text(type, "slug"),
        row.path("is_online").asBoolean(false),
        time(row.path("last_connectivity_event")),
        variables(row.path("device_environment_variable")),
        row.path("service_install").valueStream().map(DeviceRows::service).toList());
  }

  private static ServiceInstall service(JsonNode row) {
    return new ServiceInstall(
        Rows.id(row, "id"),
        Rows.text(Rows.linked(row, "installs__service"), "service_name"),
        variables(row.path("device_service_environment_variable")));
  }

  private static List<Variable> variables(JsonNode rows) {
    return rows.valueStream()
        .map(row ->
            new Variable(
                Rows.id(row, "id"), Rows.text(row, "name"), new Secret(Rows.text(row, "value"))))
        .toList();
  }

  private static @Nullable Instant time(JsonNode value) {
    try {
      return value.isString() ? Instant.parse(value.asString()) : null;
    } catch (DateTimeException _) {
      throw BalenaApi.incomprehensible("a time", false);
    }
  }
}

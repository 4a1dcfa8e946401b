package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.balena.BalenaApi.AnsweredJson;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads devices with everything that the worker compares. */
record DeviceRows(ODataRows rows) {

  private static final String FIELDS =
      "$select=id,uuid,device_name,is_online,last_connectivity_event"
          + "&$expand=belongs_to__application($select=id,slug),is_of__device_type($select=id,slug),"
          + "device_environment_variable($select=id,name,value),"
          + "service_install($select=id;$expand=installs__service($select=service_name),"
          + "device_service_environment_variable($select=id,name,value))";

  /** About half a megabyte. */
  private static final int PAGE_SIZE = 500;

  Optional<FleetDevice> device(String uuid) {
    return rows.read("device(uuid=" + ODataRows.literal(uuid) + ")?" + FIELDS).stream()
        .findFirst()
        .map(DeviceRows::device);
  }

  /**
   * Reads all devices of some fleets, by UUID. A device that is registered or deleted meanwhile can
   * move another one off the pages.
   */
  Map<String, FleetDevice> devicesOf(List<Long> fleets) {
    Map<String, FleetDevice> devices = new HashMap<>();
    if (fleets.isEmpty()) {
      return devices;
    }
    String filter =
        fleets.stream()
            .map(id -> "belongs_to__application eq " + id)
            .collect(Collectors.joining(" or "));
    List<AnsweredJson> page;
    int read = 0;
    do {
      page =
          rows.read(
              "device?$filter=%s&$orderby=id asc&$top=%d&$skip=%d&%s"
                  .formatted(filter, PAGE_SIZE, read, FIELDS));
      page.stream().map(DeviceRows::device).forEach(device -> devices.put(device.uuid(), device));
      read += page.size();
    } while (page.size() == PAGE_SIZE);
    return devices;
  }

  private static FleetDevice device(AnsweredJson row) {
    AnsweredJson fleet = row.linked("belongs_to__application");
    AnsweredJson type = row.linked("is_of__device_type");
    return new FleetDevice(
        row.id("id"),
        row.text("uuid"),
        row.text("device_name"),
        fleet.id("id"),
        fleet.text("slug"),
        type.id("id"),
        type.text("slug"),
        row.json().path("is_online").asBoolean(false),
        time(row, "last_connectivity_event"),
        variables(row, "device_environment_variable"),
        row.rows("service_install").stream().map(DeviceRows::service).toList());
  }

  private static ServiceInstall service(AnsweredJson row) {
    return new ServiceInstall(
        row.id("id"),
        row.linked("installs__service").text("service_name"),
        variables(row, "device_service_environment_variable"));
  }

  private static List<DeviceVariable> variables(AnsweredJson row, String resource) {
    return row.rows(resource).stream()
        .map(variable ->
            new DeviceVariable(
                variable.id("id"), variable.text("name"), new Secret(variable.text("value"))))
        .toList();
  }

  private static @Nullable Instant time(AnsweredJson row, String field) {
    JsonNode value = row.json().path(field);
    try {
      return value.isString() ? Instant.parse(value.asString()) : null;
    } catch (DateTimeException _) {
      throw row.lacks("a valid time in " + field);
    }
  }
}

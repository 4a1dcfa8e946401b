package doni.simulator.ironic;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Nodes and ports as documents. */
final class Documents {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final List<String> INTERFACES =
      List.of(
          "bios",
          "boot",
          "console",
          "deploy",
          "inspect",
          "management",
          "power",
          "raid",
          "rescue",
          "vendor");

  private static final List<String> NULLS =
      List.of(
          "updated_at",
          "automated_clean",
          "description",
          "fault",
          "inspection_finished_at",
          "inspection_started_at",
          "instance_uuid",
          "last_error",
          "maintenance_reason",
          "name",
          "power_state",
          "protected_reason",
          "provision_updated_at",
          "reservation",
          "resource_class",
          "target_power_state",
          "target_provision_state",
          "chassis_uuid");

  private static final List<String> OBJECTS =
      List.of(
          "clean_step",
          "deploy_step",
          "driver_info",
          "driver_internal_info",
          "extra",
          "instance_info",
          "properties",
          "raid_config",
          "target_raid_config");

  private Documents() {}

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** A node with nothing but what every node has. */
  static ObjectNode node(String uuid, String driver, Instant now, String owner) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("uuid", uuid).put("created_at", time(now)).put("driver", driver);
    NULLS.forEach(node::putNull);
    OBJECTS.forEach(node::putObject);
    node.put("conductor_group", "")
        .put("console_enabled", false)
        .put("maintenance", false)
        .put("network_interface", "noop")
        .put("owner", owner)
        .put("protected", false)
        .put("provision_state", "enroll")
        .put("storage_interface", "noop")
        .put("conductor", "127.0.0.1");
    node.putArray("traits");
    interfaces(node, driver);
    return node;
  }

  /** The interfaces that go with a driver. */
  static void interfaces(ObjectNode node, String driver) {
    INTERFACES.forEach(name -> node.put(name + "_interface", implementation(name, driver)));
  }

  private static String implementation(String name, String driver) {
    if (driver.equals("fake-hardware")) {
      return "fake";
    }
    return switch (name) {
      case "boot" -> "pxe";
      case "deploy" -> "direct";
      case "management", "power", "vendor" -> "ipmitool";
      case "bios" -> "no-bios";
      case "console" -> "no-console";
      case "inspect" -> "no-inspect";
      case "raid" -> "no-raid";
      default -> "no-rescue";
    };
  }

  static ObjectNode port(String uuid, JsonNode wish, Instant now) {
    ObjectNode port = JsonNodeFactory.instance.objectNode();
    port.put("uuid", uuid).put("created_at", time(now)).putNull("updated_at");
    port.put("address", wish.path("address").asString().toLowerCase(Locale.ROOT));
    port.set("extra", objectOf(wish.path("extra")));
    port.putObject("internal_info");
    port.set("local_link_connection", objectOf(wish.path("local_link_connection")));
    port.set(
        "physical_network",
        wish.path("physical_network").isString()
            ? wish.path("physical_network")
            : JsonNodeFactory.instance.nullNode());
    port.put("pxe_enabled", wish.path("pxe_enabled").asBoolean(true));
    port.put("node_uuid", wish.path("node_uuid").asString());
    port.putNull("portgroup_uuid");
    return port;
  }

  private static ObjectNode objectOf(JsonNode json) {
    return json instanceof ObjectNode object
        ? object.deepCopy()
        : JsonNodeFactory.instance.objectNode();
  }

  /** Some keys only; all of them when none is named. */
  static ObjectNode only(ObjectNode document, List<String> keys) {
    if (keys.isEmpty()) {
      return document;
    }
    ObjectNode some = JsonNodeFactory.instance.objectNode();
    keys.stream().filter(document::has).forEach(key -> some.set(key, document.get(key)));
    return some;
  }

  /** As Python writes a value down, which Ironic's messages do. */
  static String python(JsonNode value) {
    if (value.isObject()) {
      return value.properties().stream()
          .map(entry -> "'" + entry.getKey() + "': " + python(entry.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value.isString()) {
      return "'" + value.asString() + "'";
    }
    if (value.isBoolean()) {
      return value.asBoolean() ? "True" : "False";
    }
    return value.isNull() ? "None" : value.toString();
  }
}

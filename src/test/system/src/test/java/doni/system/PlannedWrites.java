package doni.system;

import doni.simulator.http.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The writes that a plan of the whole fleet announces, in the words of the backends, and those that
 * a backend has counted, so that they can be compared. Where a change does not know the row that
 * the path of a call names, the write is without it.
 */
final class PlannedWrites {

  /**
   * A write and the object that it changes. One write can change several values of an object.
   *
   * @param object unique in the fleet
   */
  private record Write(String call, String object) {}

  private PlannedWrites() {}

  /** Returns what is announced for one backend, sorted. */
  static List<String> announced(String backend, List<JsonNode> plans) {
    List<Write> writes = new ArrayList<>();
    for (JsonNode device : plans) {
      String uuid = device.path("hardware_uuid").asString("");
      for (JsonNode worker : device.path("workers")) {
        String type = worker.path("worker_type").asString("");
        if (backendOf(type).equals(backend)) {
          worker
              .path("changes")
              .forEach(change -> {
                Write write = write(type, device.path("name").asString(""), uuid, change);
                if (isNew(write, writes)) {
                  writes.add(write);
                }
              });
        }
      }
    }
    return writes.stream().map(Write::call).sorted().toList();
  }

  /** Returns the writes among the calls, sorted. */
  static List<String> counted(List<Call> calls) {
    return calls.stream()
        .filter(Call::isWrite)
        .map(call -> withoutRow(call.method() + " " + call.path()))
        .sorted()
        .toList();
  }

  private static String backendOf(String worker) {
    return switch (worker) {
      case "k8s" -> "kubernetes";
      case "blazar.device", "blazar.physical_host" -> "blazar";
      default -> worker;
    };
  }

  private static boolean isNew(Write write, List<Write> writes) {
    return write.call().startsWith("POST")
        || write.call().startsWith("DELETE")
        || !writes.contains(write);
  }

  private static Write write(String worker, String name, String uuid, JsonNode change) {
    String object = change.path("object").asString("");
    String action = change.path("action").asString("");
    return switch (worker) {
      case "k8s" -> k8s(name, uuid, object, action);
      case "tunelo" ->
          new Write(
              action.equals("CREATE")
                  ? "POST /channels"
                  : "DELETE /channels/" + object.replace("channel ", ""),
              uuid + object);
      case "balena" -> balena(uuid, object, action);
      case "blazar.device" -> blazar("/v1/devices", uuid, object, action);
      case "blazar.physical_host" -> blazar("/v1/os-hosts", uuid, object, action);
      default -> ironic(uuid, object, action);
    };
  }

  private static Write k8s(String name, String uuid, String object, String action) {
    String secrets = "/api/v1/namespaces/kube-system/secrets";
    if (object.startsWith("secret ")) {
      String one = secrets + "/" + object.replace("secret ", "");
      String call = verb(action, "PATCH") + " " + (action.equals("CREATE") ? secrets : one);
      return new Write(call, uuid + object);
    }
    return new Write(
        (object.startsWith("node ") ? "DELETE" : "PATCH") + " /api/v1/nodes/" + name, uuid);
  }

  private static Write balena(String uuid, String object, String action) {
    if (object.startsWith("device variable ")) {
      return new Write(verb(action, "PATCH") + " /v7/device_environment_variable", uuid + object);
    }
    if (object.startsWith("variable of service ")) {
      return new Write(
          verb(action, "PATCH") + " /v7/device_service_environment_variable", uuid + object);
    }
    if (object.equals("device key")) {
      return new Write("POST /api-key/device/device-key", uuid);
    }
    return new Write(
        action.equals("CREATE") ? "POST /device/register" : verb(action, "PATCH") + " /v7/device",
        uuid);
  }

  private static Write blazar(String resources, String uuid, String object, String action) {
    if (object.startsWith("property ")) {
      return new Write("PUT " + resources, uuid);
    }
    String path = object.startsWith("lease ") ? "/v1/leases" : resources;
    return new Write(verb(action, "PUT") + " " + path, uuid + object);
  }

  private static Write ironic(String uuid, String object, String action) {
    if (object.equals("node/provision_state")) {
      return new Write("PUT /v1/nodes/" + uuid + "/states/provision", uuid);
    }
    String of = Stream.of(object.split("/", 2)).findFirst().orElse("");
    return new Write(
        verb(action, "PATCH") + (object.startsWith("port ") ? " /v1/ports" : " /v1/nodes"),
        uuid + of);
  }

  private static String verb(String action, String update) {
    return switch (action) {
      case "CREATE" -> "POST";
      case "DELETE" -> "DELETE";
      default -> update;
    };
  }

  private static String withoutRow(String write) {
    return write
        .replaceAll("^(PATCH|DELETE) (/v1/(?:nodes|ports))/.*$", "$1 $2")
        .replaceAll("^(PUT|DELETE) (/v1/(?:leases|devices|os-hosts))/.*$", "$1 $2")
        .replaceAll("(/v7/[a-z_]+)\\(.*\\)$", "$1")
        .replaceAll("/device/\\d+/", "/device/");
  }
}

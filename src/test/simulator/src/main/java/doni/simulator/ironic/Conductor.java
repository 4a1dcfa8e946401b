package doni.simulator.ironic;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The nodes and ports, the locks on them, and what becomes of nodes as time passes. A state that
 * takes its time ends at the first request after that time.
 */
final class Conductor {

  static final String HOST = "conductor-1";

  /** Whether anybody does what the API asks for. */
  enum Life {
    ALIVE,
    /** Died a moment ago: the API still tries to reach it. */
    CRASHED,
    GONE
  }

  private record Transition(Instant due, Runnable end) {}

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ObjectNode> nodes = new LinkedHashMap<>();
  private final Map<String, ObjectNode> ports = new LinkedHashMap<>();
  private final Map<String, Transition> transitions = new HashMap<>();
  private final Set<String> deadBmcs = new HashSet<>();
  private Life life = Life.ALIVE;
  private Duration verification = Duration.ZERO;
  private Duration cleaning = Duration.ZERO;
  private boolean automatedCleaning;

  Conductor(Clock clock) {
    this.clock = clock;
  }

  /** Does the work while no other thread does, after all due transitions. */
  <T> T exclusively(Supplier<T> work) {
    lock.lock();
    try {
      passTime();
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  Instant now() {
    return clock.instant();
  }

  Map<String, ObjectNode> nodes() {
    return nodes;
  }

  Map<String, ObjectNode> ports() {
    return ports;
  }

  void life(Life other) {
    life = other;
  }

  void verificationTakes(Duration time) {
    verification = time;
  }

  void cleaningTakes(boolean automated, Duration time) {
    automatedCleaning = automated;
    cleaning = time;
  }

  void bmcAnswers(String address, boolean answers) {
    boolean _ = answers ? deadBmcs.remove(address) : deadBmcs.add(address);
  }

  /** What is under way for a node ends now. */
  void finish(String uuid) {
    Transition transition = transitions.remove(uuid);
    if (transition != null) {
      transition.end().run();
    }
  }

  Optional<ObjectNode> find(String uuidOrName) {
    ObjectNode byUuid = nodes.get(uuidOrName);
    return byUuid != null
        ? Optional.of(byUuid)
        : nodes.values().stream()
            .filter(node -> uuidOrName.equals(node.path("name").asString("")))
            .findFirst();
  }

  ObjectNode node(String uuidOrName) {
    return find(uuidOrName).orElseThrow(() -> IronicError.nodeNotFound(uuidOrName));
  }

  void demandAlive() {
    switch (life) {
      case ALIVE -> {}
      case CRASHED ->
          throw IronicError.server(
              500,
              "Unable to establish connection to http://conductor-1:8089: HTTPConnectionPool(host='conductor-1', port=8089): Max retries exceeded with url: / (Caused by NewConnectionError('<urllib3.connection.HTTPConnection>: Failed to establish a new connection: [Errno 111] ECONNREFUSED'))");
      case GONE -> throw IronicError.server(503, "Resource temporarily unavailable, please retry.");
    }
  }

  /** Waiting for the lock, as a real conductor does for two seconds, is left out. */
  void demandUnlocked(ObjectNode node) {
    if (node.path("reservation").isString()) {
      throw IronicError.locked(node.path("uuid").asString(), node.path("reservation").asString());
    }
  }

  void move(ObjectNode node, String target) {
    String state = state(node);
    switch (state + " " + target) {
      case "enroll manage" -> verify(node);
      case "available manage",
          "clean failed manage",
          "inspect failed manage",
          "adopt failed manage" ->
          enter(node, "manageable", null);
      case "manageable provide" -> provide(node);
      case "clean wait abort" -> {
        transitions.remove(node.path("uuid").asString());
        node.put("last_error", "By request, the clean operation was aborted");
        enter(node, "clean failed", "available");
      }
      case "active deleted" -> {
        if (node.path("protected").asBoolean(false)) {
          throw IronicError.client(
              403,
              "Node %s is protected and cannot be undeployed, rebuilt or deleted"
                  .formatted(node.path("uuid").asString()));
        }
        enter(node, "available", null);
      }
      default -> {
        demandUnlocked(node);
        throw IronicError.client(
            400,
            "The requested action \"%s\" can not be performed on node \"%s\" while it is in state \"%s\"."
                .formatted(target, node.path("uuid").asString(), state));
      }
    }
  }

  private void verify(ObjectNode node) {
    node.putNull("last_error");
    enter(node, "verifying", "manageable");
    node.put("reservation", HOST);
    begin(
        node,
        verification,
        () -> {
          node.putNull("reservation");
          String error = verificationError(node);
          if (error.isEmpty()) {
            if (node.path("driver").asString().equals("ipmi")) {
              ((ObjectNode) node.get("properties")).put("vendor", "unknown");
              node.put("power_state", "power off");
            }
            enter(node, "manageable", null);
          } else {
            node.put("last_error", error);
            enter(node, "enroll", null);
          }
        });
  }

  private String verificationError(ObjectNode node) {
    if (!node.path("driver").asString().equals("ipmi")) {
      return "";
    }
    String uuid = node.path("uuid").asString();
    JsonNode address = node.path("driver_info").path("ipmi_address");
    if (!address.isString()) {
      return "Failed to validate power driver interface for node "
          + uuid
          + ". Error: Missing the following IPMI credentials in node's driver_info: ['ipmi_address'].";
    }
    JsonNode port = node.path("driver_info").path("ipmi_port");
    if (port.isString() && !port.asString().matches("\\d+")) {
      return "Failed to validate power driver interface for node "
          + uuid
          + ". Error: ipmi_port \""
          + port.asString()
          + "\" is not a valid port.";
    }
    return deadBmcs.contains(address.asString())
        ? "Failed to get power state for node " + uuid + ". Error: IPMI call failed: power status."
        : "";
  }

  private void provide(ObjectNode node) {
    node.putNull("last_error");
    boolean cleans = node.path("automated_clean").asBoolean(automatedCleaning);
    if (!cleans) {
      enter(node, "available", null);
      return;
    }
    JsonNode info = node.path("driver_info");
    if (node.path("driver").asString().equals("ipmi")
        && !(info.path("deploy_kernel").isString() && info.path("deploy_ramdisk").isString())) {
      node.put(
          "last_error",
          "Failed to prepare node "
              + node.path("uuid").asString()
              + " for cleaning: Cannot validate PXE bootloader. Some parameters were missing in node's driver_info and configuration. Missing are: ['deploy_kernel', 'deploy_ramdisk']");
      enter(node, "clean failed", "available");
      return;
    }
    enter(node, "clean wait", "available");
    begin(node, cleaning, () -> enter(node, "available", null));
  }

  private void begin(ObjectNode node, Duration takes, Runnable end) {
    if (takes.isZero()) {
      end.run();
    } else {
      transitions.put(node.path("uuid").asString(), new Transition(now().plus(takes), end));
    }
  }

  private void passTime() {
    for (var entry : Map.copyOf(transitions).entrySet()) {
      if (!entry.getValue().due().isAfter(now())) {
        finish(entry.getKey());
      }
    }
  }

  private void enter(ObjectNode node, String state, @Nullable String target) {
    node.put("provision_state", state);
    node.put("target_provision_state", target);
    node.put("provision_updated_at", Documents.time(now()));
    touch(node);
  }

  void touch(ObjectNode document) {
    document.put("updated_at", Documents.time(now()));
  }

  static String state(ObjectNode node) {
    return node.path("provision_state").asString("");
  }
}

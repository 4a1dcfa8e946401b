package doni.worker.ironic;

import doni.enrollment.Secret;
import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Bare metal for development without any. Every BMC answers at once, and nothing is ever cleaned or
 * deployed.
 */
final class InMemoryBareMetal implements BareMetal {

  private static final Secret HIDDEN = new Secret("******");

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Port> ports = new LinkedHashMap<>();

  @Override
  public Optional<LanePause> hold() {
    return Optional.empty();
  }

  @Override
  public boolean showsAll() {
    return true;
  }

  @Override
  public Sighting glance(String uuid) {
    return look(uuid);
  }

  @Override
  public synchronized Sighting look(String uuid) {
    return new Sighting(
        node(uuid), ports.values().stream().filter(it -> it.nodeUuid().equals(uuid)).toList());
  }

  @Override
  public synchronized List<Sighting> lookAtAll() {
    return nodes.keySet().stream().map(this::look).toList();
  }

  @Override
  public synchronized Optional<Node> node(String uuid) {
    return Optional.ofNullable(nodes.get(uuid));
  }

  @Override
  public synchronized Optional<Port> portWith(String macAddress) {
    return ports.values().stream().filter(it -> it.macAddress().equals(macAddress)).findFirst();
  }

  @Override
  public synchronized Written create(NodeWish wish) {
    if (nodes.containsKey(wish.uuid())) {
      return new Written.Taken(
          Written.Key.UUID, "A node with UUID " + wish.uuid() + " already exists.");
    }
    if (isTaken(wish.uuid(), wish.name())) {
      return nameTaken(wish.name());
    }
    Map<String, Object> driverInfo = new HashMap<>(wish.driverInfo());
    wish.password().ifPresent(_ -> driverInfo.put(Drift.PASSWORD, HIDDEN));
    Map<String, Object> properties = new HashMap<>();
    properties.put("cpu_arch", wish.cpuArchitecture());
    Capabilities.merged(null, wish.capabilities())
        .ifPresent(text -> properties.put("capabilities", text));
    nodes.put(
        wish.uuid(),
        node(
            wish.uuid(),
            Map.of(
                "name", wish.name(),
                "driver", wish.driver(),
                "resource_class", wish.resourceClass()),
            driverInfo,
            properties,
            "enroll"));
    return Written.DONE;
  }

  @Override
  public synchronized Written patchNode(String uuid, List<PatchStep> steps) {
    Node node = nodes.get(uuid);
    if (node == null) {
      return Written.ABSENT;
    }
    Map<String, String> own = new HashMap<>();
    put(own, "name", node.name());
    put(own, "driver", node.driver());
    put(own, "resource_class", node.resourceClass());
    Map<String, Object> driverInfo = new HashMap<>(node.driverInfo());
    Map<String, Object> properties = new HashMap<>(node.properties());
    for (PatchStep step : steps) {
      String key = step.path().substring(step.path().lastIndexOf('/') + 1);
      Object value = step.value() instanceof Secret ? HIDDEN : step.value();
      if (step.isBelow("/driver_info/")) {
        put(driverInfo, key, value);
      } else if (step.isBelow("/properties/")) {
        put(properties, key, value);
      } else {
        put(own, key, value == null ? null : value.toString());
      }
    }
    if (isTaken(uuid, own.get("name"))) {
      return nameTaken(String.valueOf(own.get("name")));
    }
    nodes.put(uuid, node(uuid, own, driverInfo, properties, node.state()));
    return Written.DONE;
  }

  @Override
  public synchronized Written move(String uuid, Verb verb) {
    Node node = nodes.get(uuid);
    if (node == null) {
      return Written.ABSENT;
    }
    boolean allowed = verb == Verb.PROVIDE == node.state().equals("manageable");
    if (!allowed) {
      return new Written.WrongState(
          "The requested action \"%s\" can not be performed on node \"%s\" while it is in state \"%s\"."
              .formatted(verb.target(), uuid, node.state()));
    }
    Map<String, String> own = new HashMap<>();
    put(own, "name", node.name());
    put(own, "driver", node.driver());
    put(own, "resource_class", node.resourceClass());
    String state = verb == Verb.PROVIDE ? "available" : "manageable";
    nodes.put(uuid, node(uuid, own, node.driverInfo(), node.properties(), state));
    return Written.DONE;
  }

  @Override
  public synchronized Written deleteNode(String uuid) {
    ports.values().removeIf(port -> port.nodeUuid().equals(uuid));
    return nodes.remove(uuid) == null ? Written.ABSENT : Written.DONE;
  }

  @Override
  public synchronized Written createPort(String nodeUuid, PortWish wish) {
    if (!nodes.containsKey(nodeUuid)) {
      return Written.ABSENT;
    }
    if (portWith(wish.macAddress()).isPresent()) {
      return new Written.Taken(
          Written.Key.MAC_ADDRESS,
          "A port with MAC address " + wish.macAddress() + " already exists.");
    }
    String uuid = UUID.randomUUID().toString();
    ports.put(
        uuid,
        new Port(
            uuid,
            nodeUuid,
            wish.macAddress(),
            Map.of("name", wish.name()),
            wish.pxeEnabled(),
            wish.link()));
    return Written.DONE;
  }

  @Override
  public synchronized Written patchPort(String uuid, List<PatchStep> steps) {
    Port port = ports.get(uuid);
    if (port == null) {
      return Written.ABSENT;
    }
    for (PatchStep step : new ArrayList<>(steps)) {
      port = patched(port, step);
    }
    ports.put(uuid, port);
    return Written.DONE;
  }

  @Override
  public synchronized Written deletePort(String uuid) {
    return ports.remove(uuid) == null ? Written.ABSENT : Written.DONE;
  }

  private static Port patched(Port port, PatchStep step) {
    Map<String, Object> extra = new HashMap<>(port.extra());
    Map<String, Object> link = new HashMap<>(port.link());
    boolean pxeEnabled = port.pxeEnabled();
    switch (step.path()) {
      case "/extra/name" -> put(extra, "name", step.value());
      case "/pxe_enabled" -> pxeEnabled = Boolean.TRUE.equals(step.value());
      default -> {
        link.clear();
        if (step.value() instanceof Map<?, ?> whole) {
          whole.forEach((key, value) -> link.put(String.valueOf(key), value));
        }
      }
    }
    return new Port(port.uuid(), port.nodeUuid(), port.macAddress(), extra, pxeEnabled, link);
  }

  private boolean isTaken(String uuid, @Nullable String name) {
    return nodes.values().stream()
        .anyMatch(
            node -> !node.uuid().equals(uuid) && node.name() != null && node.name().equals(name));
  }

  private static Written nameTaken(String name) {
    return new Written.Taken(Written.Key.NAME, "A node with name " + name + " already exists.");
  }

  private static <T> void put(Map<String, T> map, String key, @Nullable T value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private static Node node(
      String uuid,
      Map<String, String> own,
      Map<String, Object> driverInfo,
      Map<String, Object> properties,
      String state) {
    return new Node(
        uuid,
        own.get("name"),
        own.get("driver"),
        own.get("resource_class"),
        driverInfo,
        properties,
        state,
        null,
        null,
        false,
        null,
        null);
  }
}

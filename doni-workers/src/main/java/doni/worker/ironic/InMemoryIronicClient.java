package doni.worker.ironic;

import doni.enrollment.Secret;
import doni.worker.LanePause;
import doni.worker.ironic.IronicDesiredState.DesiredIronicNode;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicWrite.PatchOperation;
import doni.worker.ironic.IronicWrite.ProvisionTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An Ironic in memory, for development without one. Every BMC answers at once, and no node is ever
 * cleaned or deployed.
 */
final class InMemoryIronicClient implements IronicClient {

  /** What Ironic shows in place of a password. */
  private static final Secret MASK = new Secret("******");

  private final Map<String, IronicNode> nodes = new LinkedHashMap<>();
  private final Map<String, IronicPort> ports = new LinkedHashMap<>();
  private final Map<String, Secret> passwords = new HashMap<>();

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  @Override
  public boolean showsAllNodes() {
    return true;
  }

  @Override
  public IronicObservedState recall(String uuid) {
    return observe(uuid);
  }

  @Override
  public synchronized Map<String, IronicNode> listNodes() {
    return Map.copyOf(nodes);
  }

  @Override
  public synchronized IronicObservedState observe(String uuid) {
    return new IronicObservedState(
        node(uuid), ports.values().stream().filter(it -> it.nodeUuid().equals(uuid)).toList());
  }

  @Override
  public synchronized List<IronicObservedState> observeAll() {
    return nodes.keySet().stream().map(this::observe).toList();
  }

  @Override
  public synchronized Optional<IronicNode> node(String uuid) {
    return Optional.ofNullable(nodes.get(uuid));
  }

  /** Returns the password itself, which a node shows as a mask. */
  synchronized Optional<Secret> password(String uuid) {
    return Optional.ofNullable(passwords.get(uuid));
  }

  @Override
  public synchronized Optional<IronicPort> portWith(String macAddress) {
    return ports.values().stream().filter(it -> it.macAddress().equals(macAddress)).findFirst();
  }

  @Override
  public synchronized IronicWriteResult createNode(DesiredIronicNode desired) {
    if (nodes.containsKey(desired.uuid())) {
      return new IronicWriteResult.Taken(
          IronicWriteResult.Key.UUID, "A node with UUID " + desired.uuid() + " already exists.");
    }
    if (isTaken(desired.uuid(), desired.name())) {
      return nameTaken(desired.name());
    }
    Map<String, Object> driverInfo = new HashMap<>(desired.driverInfo());
    desired
        .password()
        .ifPresent(password -> {
          passwords.put(desired.uuid(), password);
          driverInfo.put(IronicDesiredState.PASSWORD, MASK);
        });
    Map<String, Object> properties = new HashMap<>();
    properties.put("cpu_arch", desired.cpuArchitecture());
    NodeCapabilities.merged(null, desired.capabilities())
        .ifPresent(text -> properties.put("capabilities", text));
    nodes.put(
        desired.uuid(),
        node(
            desired.uuid(),
            Map.of(
                "name", desired.name(),
                "driver", desired.driver(),
                "resource_class", desired.resourceClass()),
            driverInfo,
            properties,
            "enroll"));
    return IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult patchNode(String uuid, List<PatchOperation> operations) {
    IronicNode node = nodes.get(uuid);
    if (node == null) {
      return IronicWriteResult.ABSENT;
    }
    Map<String, String> own = new HashMap<>();
    put(own, "name", node.name());
    put(own, "driver", node.driver());
    put(own, "resource_class", node.resourceClass());
    Map<String, Object> driverInfo = new HashMap<>(node.driverInfo());
    Map<String, Object> properties = new HashMap<>(node.properties());
    for (PatchOperation operation : operations) {
      String key = operation.path().substring(operation.path().lastIndexOf('/') + 1);
      Object value = operation.to() instanceof Secret ? MASK : operation.to();
      if (operation.path().equals(IronicDrift.PASSWORD_PATH)) {
        put(passwords, uuid, operation.to() instanceof Secret password ? password : null);
      }
      if (operation.isBelow("/driver_info/")) {
        put(driverInfo, key, value);
      } else if (operation.isBelow("/properties/")) {
        put(properties, key, value);
      } else {
        put(own, key, value == null ? null : value.toString());
      }
    }
    if (isTaken(uuid, own.get("name"))) {
      return nameTaken(String.valueOf(own.get("name")));
    }
    nodes.put(uuid, node(uuid, own, driverInfo, properties, node.state()));
    return IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult setProvisionState(String uuid, ProvisionTarget target) {
    IronicNode node = nodes.get(uuid);
    if (node == null) {
      return IronicWriteResult.ABSENT;
    }
    boolean allowed = target == ProvisionTarget.PROVIDE == node.state().equals("manageable");
    if (!allowed) {
      return new IronicWriteResult.WrongState(
          "The requested action \"%s\" can not be performed on node \"%s\" while it is in state \"%s\"."
              .formatted(target.verb(), uuid, node.state()));
    }
    Map<String, String> own = new HashMap<>();
    put(own, "name", node.name());
    put(own, "driver", node.driver());
    put(own, "resource_class", node.resourceClass());
    String state = target == ProvisionTarget.PROVIDE ? "available" : "manageable";
    nodes.put(uuid, node(uuid, own, node.driverInfo(), node.properties(), state));
    return IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult deleteNode(String uuid) {
    ports.values().removeIf(port -> port.nodeUuid().equals(uuid));
    passwords.remove(uuid);
    return nodes.remove(uuid) == null ? IronicWriteResult.ABSENT : IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult createPort(String nodeUuid, DesiredPort desired) {
    if (!nodes.containsKey(nodeUuid)) {
      return IronicWriteResult.ABSENT;
    }
    if (portWith(desired.macAddress()).isPresent()) {
      return new IronicWriteResult.Taken(
          IronicWriteResult.Key.MAC_ADDRESS,
          "A port with MAC address " + desired.macAddress() + " already exists.");
    }
    String uuid = UUID.randomUUID().toString();
    ports.put(
        uuid,
        new IronicPort(
            uuid,
            nodeUuid,
            desired.macAddress(),
            Map.of("name", desired.name()),
            desired.pxeEnabled(),
            desired.link()));
    return IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult patchPort(String uuid, List<PatchOperation> operations) {
    IronicPort port = ports.get(uuid);
    if (port == null) {
      return IronicWriteResult.ABSENT;
    }
    for (PatchOperation operation : new ArrayList<>(operations)) {
      port = patched(port, operation);
    }
    ports.put(uuid, port);
    return IronicWriteResult.DONE;
  }

  @Override
  public synchronized IronicWriteResult deletePort(String uuid) {
    return ports.remove(uuid) == null ? IronicWriteResult.ABSENT : IronicWriteResult.DONE;
  }

  private static IronicPort patched(IronicPort port, PatchOperation operation) {
    Map<String, Object> extra = new HashMap<>(port.extra());
    Map<String, Object> link = new HashMap<>(port.link());
    boolean pxeEnabled = port.pxeEnabled();
    switch (operation.path()) {
      case "/extra/name" -> put(extra, "name", operation.to());
      case "/pxe_enabled" -> pxeEnabled = Boolean.TRUE.equals(operation.to());
      default -> {
        link.clear();
        if (operation.to() instanceof Map<?, ?> whole) {
          whole.forEach((key, value) -> link.put(String.valueOf(key), value));
        }
      }
    }
    return new IronicPort(port.uuid(), port.nodeUuid(), port.macAddress(), extra, pxeEnabled, link);
  }

  private boolean isTaken(String uuid, @Nullable String name) {
    return nodes.values().stream()
        .anyMatch(
            node -> !node.uuid().equals(uuid) && node.name() != null && node.name().equals(name));
  }

  private static IronicWriteResult nameTaken(String name) {
    return new IronicWriteResult.Taken(
        IronicWriteResult.Key.NAME, "A node with name " + name + " already exists.");
  }

  private static <T> void put(Map<String, T> map, String key, @Nullable T value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private static IronicNode node(
      String uuid,
      Map<String, String> own,
      Map<String, Object> driverInfo,
      Map<String, Object> properties,
      String state) {
    return new IronicNode(
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
        null,
        null,
        null);
  }
}

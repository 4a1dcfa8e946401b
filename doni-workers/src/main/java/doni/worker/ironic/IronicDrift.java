package doni.worker.ironic;

import doni.enrollment.Secret;
import doni.worker.ironic.IronicDesiredState.DesiredIronicNode;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicRecordedState.PasswordFingerprint;
import doni.worker.ironic.IronicWrite.PatchOperation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the desired state and an existing node with its ports.
 *
 * @param unwanted ports of the node that belong to no enabled interface of the host
 */
record IronicDrift(
    List<PatchOperation> node,
    List<DesiredPort> missing,
    List<IronicPort> unwanted,
    List<PortDrift> changed) {

  static final String DRIVER_INFO = "/driver_info/";
  static final String PASSWORD_PATH = DRIVER_INFO + IronicDesiredState.PASSWORD;

  private static final String CREDENTIALS = DRIVER_INFO + "ipmi_";
  private static final String PROPERTIES = "/properties/";
  private static final List<String> OUR_DRIVER_INFO =
      List.of(
          "ipmi_address",
          "ipmi_username",
          "ipmi_port",
          "ipmi_terminal_port",
          "deploy_kernel",
          "deploy_ramdisk");

  /**
   * The difference of one port.
   *
   * @param names may be written in almost every state
   * @param connectivity may be written in enroll and manageable only
   */
  record PortDrift(IronicPort port, List<PatchOperation> names, List<PatchOperation> connectivity) {

    PortDrift {
      names = List.copyOf(names);
      connectivity = List.copyOf(connectivity);
    }

    static PortDrift between(DesiredPort desired, IronicPort port) {
      List<PatchOperation> names = new ArrayList<>();
      require(names, "/extra/name", port.extra().get("name"), desired.name());
      List<PatchOperation> connectivity = new ArrayList<>();
      require(connectivity, "/pxe_enabled", port.pxeEnabled(), desired.pxeEnabled());
      if (!comparable(port.link()).equals(comparable(desired.link()))) {
        connectivity.add(PatchOperation.set("/local_link_connection", port.link(), desired.link()));
      }
      return new PortDrift(port, names, connectivity);
    }

    boolean isEmpty() {
      return names.isEmpty() && connectivity.isEmpty();
    }

    List<PatchOperation> operations() {
      return Stream.concat(names.stream(), connectivity.stream()).toList();
    }

    private PortDrift withoutConnectivity() {
      return new PortDrift(port, names, List.of());
    }

    private PortDrift without(List<PortDrift> written) {
      List<PatchOperation> done =
          written.stream()
              .filter(other -> other.port.equals(port))
              .flatMap(other -> other.operations().stream())
              .toList();
      return new PortDrift(
          port,
          names.stream().filter(operation -> !done.contains(operation)).toList(),
          connectivity.stream().filter(operation -> !done.contains(operation)).toList());
    }

    /** An absent switch_info equals an empty one. */
    private static Map<String, Object> comparable(Map<String, Object> link) {
      Map<String, Object> comparable = new TreeMap<>(link);
      comparable.remove("switch_info", "");
      comparable.computeIfPresent("switch_id", (_, id) -> id.toString().toLowerCase(Locale.ROOT));
      return comparable;
    }
  }

  IronicDrift {
    node = List.copyOf(node);
    missing = List.copyOf(missing);
    unwanted = List.copyOf(unwanted);
    changed = List.copyOf(changed);
  }

  /**
   * Returns the drift of a node that exists.
   *
   * @param recorded has the fingerprint of the password that was written last
   */
  static IronicDrift between(
      IronicDesiredState desired,
      IronicNode node,
      List<IronicPort> ports,
      IronicRecordedState recorded) {
    List<PatchOperation> operations = new ArrayList<>();
    DesiredIronicNode wanted = desired.node();
    require(operations, "/name", node.name(), wanted.name());
    require(operations, "/driver", node.driver(), wanted.driver());
    require(operations, "/resource_class", node.resourceClass(), wanted.resourceClass());
    for (String key : OUR_DRIVER_INFO) {
      Object value = wanted.driverInfo().get(key);
      Object present = node.driverInfo().get(key);
      if (value != null) {
        require(operations, DRIVER_INFO + key, present, value);
      } else if (present != null) {
        operations.add(PatchOperation.remove(DRIVER_INFO + key, present));
      }
    }
    password(wanted, node, recorded.password()).ifPresent(operations::add);
    require(
        operations,
        PROPERTIES + "cpu_arch",
        node.properties().get("cpu_arch"),
        wanted.cpuArchitecture());
    capabilities(wanted, node).ifPresent(operations::add);
    return withPorts(operations, desired.ports(), ports);
  }

  private static IronicDrift withPorts(
      List<PatchOperation> node, List<DesiredPort> desired, List<IronicPort> ports) {
    Map<String, IronicPort> byMac = new HashMap<>();
    ports.forEach(port -> byMac.put(port.macAddress(), port));
    List<DesiredPort> missing = new ArrayList<>();
    List<PortDrift> changed = new ArrayList<>();
    for (DesiredPort wanted : desired) {
      IronicPort port = byMac.remove(wanted.macAddress());
      if (port == null) {
        missing.add(wanted);
      } else if (!PortDrift.between(wanted, port).isEmpty()) {
        changed.add(PortDrift.between(wanted, port));
      }
    }
    return new IronicDrift(
        node, missing, ports.stream().filter(it -> byMac.containsValue(it)).toList(), changed);
  }

  private static void require(
      List<PatchOperation> operations, String path, @Nullable Object present, Object wanted) {
    if (!same(present, wanted)) {
      operations.add(PatchOperation.set(path, present, wanted));
    }
  }

  /** Ironic keeps a port number as the text that a client wrote. */
  private static boolean same(@Nullable Object present, Object wanted) {
    if (present == null || !(wanted instanceof Number number)) {
      return Objects.equals(present, wanted);
    }
    try {
      return new BigDecimal(present.toString().strip()).compareTo(new BigDecimal(number.toString()))
          == 0;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  /** A password of asterisks is one that we may not see, not one that differs. */
  private static Optional<PatchOperation> password(
      DesiredIronicNode wanted, IronicNode node, Optional<PasswordFingerprint> written) {
    Object present = node.driverInfo().get(IronicDesiredState.PASSWORD);
    if (wanted.password().isEmpty()) {
      return Optional.ofNullable(present).map(it -> PatchOperation.remove(PASSWORD_PATH, it));
    }
    Secret password = wanted.password().get();
    boolean agrees =
        present instanceof Secret shown
            && (IronicDesiredState.isMask(shown)
                ? written.filter(it -> it.isOf(password)).isPresent()
                : shown.equals(password));
    return agrees
        ? Optional.empty()
        : Optional.of(PatchOperation.set(PASSWORD_PATH, present, password));
  }

  private static Optional<PatchOperation> capabilities(DesiredIronicNode wanted, IronicNode node) {
    Object present = node.properties().get("capabilities");
    if (NodeCapabilities.agree(present, wanted.capabilities())) {
      return Optional.empty();
    }
    return Optional.of(
        new PatchOperation(
            PROPERTIES + "capabilities",
            present,
            NodeCapabilities.merged(present, wanted.capabilities()).orElse(null)));
  }

  boolean isEmpty() {
    return node.isEmpty() && missing.isEmpty() && unwanted.isEmpty() && changed.isEmpty();
  }

  /** Returns what can be written while the node stays available. */
  IronicDrift inPlace() {
    return new IronicDrift(node, missing, unwanted, namesOnly());
  }

  /** Returns what can be written while the node is in use, so that lost credentials are fixed. */
  IronicDrift whileInUse() {
    return new IronicDrift(
        operations(
            it -> it.path().equals("/name") || it.isBelow(DRIVER_INFO) || it.isBelow(PROPERTIES)),
        List.of(),
        List.of(),
        namesOnly());
  }

  /** Returns what can be written after a failure: what the driver needs, which may be its cause. */
  IronicDrift afterFailure() {
    return nodeOnly(it -> it.isBelow(DRIVER_INFO));
  }

  /** Returns what can be written while the BMC does not answer. */
  IronicDrift credentials() {
    return nodeOnly(it -> it.isBelow(CREDENTIALS));
  }

  private IronicDrift nodeOnly(Predicate<PatchOperation> wanted) {
    return new IronicDrift(operations(wanted), List.of(), List.of(), List.of());
  }

  /** Returns what is left once a part is written. */
  IronicDrift without(IronicDrift written) {
    return new IronicDrift(
        operations(it -> !written.node.contains(it)),
        missing.stream().filter(port -> !written.missing.contains(port)).toList(),
        unwanted.stream().filter(port -> !written.unwanted.contains(port)).toList(),
        changed.stream()
            .map(port -> port.without(written.changed))
            .filter(port -> !port.isEmpty())
            .toList());
  }

  /** Returns the writes in order: the node, ports to delete, to create, to change. */
  List<IronicWrite> writes(String nodeUuid) {
    List<IronicWrite> writes = new ArrayList<>();
    if (!node.isEmpty()) {
      writes.add(new IronicWrite.PatchIronicNode(nodeUuid, node));
    }
    unwanted.forEach(port -> writes.add(new IronicWrite.DeletePort(port)));
    missing.forEach(port -> writes.add(new IronicWrite.CreatePort(nodeUuid, port)));
    changed.forEach(port -> writes.add(new IronicWrite.PatchPort(port)));
    return writes;
  }

  private List<PatchOperation> operations(Predicate<PatchOperation> wanted) {
    return node.stream().filter(wanted).toList();
  }

  private List<PortDrift> namesOnly() {
    return changed.stream()
        .map(PortDrift::withoutConnectivity)
        .filter(port -> !port.isEmpty())
        .toList();
  }
}

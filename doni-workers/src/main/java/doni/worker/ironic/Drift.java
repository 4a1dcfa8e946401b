package doni.worker.ironic;

import doni.enrollment.Secret;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The difference between what is wanted and what Ironic has, of a node that is there.
 *
 * @param unwanted ports of the node that are no enabled interface of the host
 */
record Drift(
    List<PatchStep> node, List<PortWish> missing, List<Port> unwanted, List<PortDrift> changed) {

  static final String PASSWORD = "ipmi_password";

  private static final String DRIVER_INFO = "/driver_info/";
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

  Drift {
    node = List.copyOf(node);
    missing = List.copyOf(missing);
    unwanted = List.copyOf(unwanted);
    changed = List.copyOf(changed);
  }

  /**
   * @param written by what the password is recognised that was written last
   */
  static Drift between(Wish wish, Node node, List<Port> ports, Optional<Fingerprint> written) {
    List<PatchStep> steps = new ArrayList<>();
    NodeWish wanted = wish.node();
    require(steps, "/name", node.name(), wanted.name());
    require(steps, "/driver", node.driver(), wanted.driver());
    require(steps, "/resource_class", node.resourceClass(), wanted.resourceClass());
    for (String key : OUR_DRIVER_INFO) {
      Object value = wanted.driverInfo().get(key);
      Object present = node.driverInfo().get(key);
      if (value != null) {
        require(steps, DRIVER_INFO + key, present, value);
      } else if (present != null) {
        steps.add(PatchStep.remove(DRIVER_INFO + key));
      }
    }
    password(wanted, node, written).ifPresent(steps::add);
    require(
        steps,
        PROPERTIES + "cpu_arch",
        node.properties().get("cpu_arch"),
        wanted.cpuArchitecture());
    capabilities(wanted, node).ifPresent(steps::add);
    return ports(steps, wish.ports(), ports);
  }

  private static Drift ports(List<PatchStep> node, List<PortWish> wishes, List<Port> ports) {
    Map<String, Port> byMac = new HashMap<>();
    ports.forEach(port -> byMac.put(port.macAddress(), port));
    List<PortWish> missing = new ArrayList<>();
    List<PortDrift> changed = new ArrayList<>();
    for (PortWish wish : wishes) {
      Port port = byMac.remove(wish.macAddress());
      if (port == null) {
        missing.add(wish);
      } else if (!PortDrift.between(wish, port).isEmpty()) {
        changed.add(PortDrift.between(wish, port));
      }
    }
    return new Drift(
        node, missing, ports.stream().filter(it -> byMac.containsValue(it)).toList(), changed);
  }

  private static void require(
      List<PatchStep> steps, String path, @Nullable Object present, Object wanted) {
    if (!same(present, wanted)) {
      steps.add(PatchStep.set(path, wanted));
    }
  }

  /** Ironic keeps a port number as the text that somebody wrote. */
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
  private static Optional<PatchStep> password(
      NodeWish wanted, Node node, Optional<Fingerprint> written) {
    String path = DRIVER_INFO + PASSWORD;
    Object present = node.driverInfo().get(PASSWORD);
    if (wanted.password().isEmpty()) {
      return present == null ? Optional.empty() : Optional.of(PatchStep.remove(path));
    }
    Secret password = wanted.password().get();
    boolean agrees =
        present instanceof Secret shown
            && (Wish.isMask(shown)
                ? written.filter(it -> it.isOf(password)).isPresent()
                : shown.equals(password));
    return agrees ? Optional.empty() : Optional.of(PatchStep.set(path, password));
  }

  private static Optional<PatchStep> capabilities(NodeWish wanted, Node node) {
    Object present = node.properties().get("capabilities");
    if (Capabilities.agree(present, wanted.capabilities())) {
      return Optional.empty();
    }
    String path = PROPERTIES + "capabilities";
    return Optional.of(
        Capabilities.merged(present, wanted.capabilities())
            .map(text -> PatchStep.set(path, text))
            .orElseGet(() -> PatchStep.remove(path)));
  }

  boolean isEmpty() {
    return node.isEmpty() && missing.isEmpty() && unwanted.isEmpty() && changed.isEmpty();
  }

  /** Whether the node must be out of the pool for some of it. */
  boolean touchesConnectivity() {
    return changed.stream().anyMatch(port -> !port.connectivity().isEmpty());
  }

  /** What can be written while the node stays available. */
  Drift inPlace() {
    return new Drift(node, missing, unwanted, namesOnly());
  }

  /** What can be written while the node is in use, so that lost credentials can be put right. */
  Drift whileInUse() {
    return new Drift(
        steps(step ->
            step.path().equals("/name") || step.isBelow(DRIVER_INFO) || step.isBelow(PROPERTIES)),
        List.of(),
        List.of(),
        namesOnly());
  }

  /** What can be written after something failed: what the driver needs, which may be why. */
  Drift afterFailure() {
    return new Drift(steps(step -> step.isBelow(DRIVER_INFO)), List.of(), List.of(), List.of());
  }

  /** What can be written while the BMC does not answer. */
  Drift credentials() {
    return new Drift(steps(step -> step.isBelow(CREDENTIALS)), List.of(), List.of(), List.of());
  }

  /** What is left once some of it is written. */
  Drift without(Drift written) {
    return new Drift(
        node.stream().filter(step -> !written.node.contains(step)).toList(),
        missing.stream().filter(port -> !written.missing.contains(port)).toList(),
        unwanted.stream().filter(port -> !written.unwanted.contains(port)).toList(),
        changed.stream()
            .map(port -> port.without(written.changed))
            .filter(port -> !port.isEmpty())
            .toList());
  }

  /** The steps in order: the node, ports that go, ports that come, ports that change. */
  List<Act> acts(String nodeUuid) {
    List<Act> acts = new ArrayList<>();
    if (!node.isEmpty()) {
      acts.add(new Act.PatchNode(nodeUuid, node));
    }
    unwanted.forEach(port -> acts.add(new Act.DeletePort(port)));
    missing.forEach(port -> acts.add(new Act.CreatePort(nodeUuid, port)));
    changed.forEach(port -> acts.add(new Act.PatchPort(port)));
    return acts;
  }

  private List<PatchStep> steps(Predicate<PatchStep> wanted) {
    return node.stream().filter(wanted).toList();
  }

  private List<PortDrift> namesOnly() {
    return changed.stream()
        .map(PortDrift::withoutConnectivity)
        .filter(port -> !port.isEmpty())
        .toList();
  }
}

package doni.simulator.tunelo;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The ports of the site, and what can be wrong with their network. */
final class Network {

  private final Map<String, Port> ports = new ConcurrentSkipListMap<>();
  private final List<Subnet> subnets = new CopyOnWriteArrayList<>();
  volatile boolean down;
  volatile boolean oddPort;
  volatile boolean defaultSubnet = true;
  volatile boolean agents = true;
  volatile boolean newHubsAreReady = true;
  volatile int quota = Integer.MAX_VALUE;

  void add(Subnet subnet) {
    subnets.add(subnet);
  }

  void replaceDefault(Subnet subnet) {
    subnets.set(0, subnet);
  }

  /** The default one where no other is known by that name, uuid or CIDR. */
  Subnet subnet(String wanted) {
    return subnets.stream()
        .filter(one -> List.of(one.name(), one.uuid(), one.cidr()).contains(wanted))
        .findFirst()
        .orElse(subnets.getFirst());
  }

  Optional<Port> port(String uuid) {
    return Optional.ofNullable(ports.get(uuid));
  }

  Optional<Port> channel(String uuid) {
    return port(uuid).filter(port -> port.kind() == Port.Kind.CHANNEL);
  }

  List<Port> of(Port.Kind kind) {
    return ports.values().stream().filter(port -> port.kind() == kind).toList();
  }

  Optional<Port> hub(String project, Subnet subnet) {
    return of(Port.Kind.HUB).stream()
        .filter(hub -> hub.project().equals(project) && hub.subnet().equals(subnet))
        .findFirst();
  }

  /** Empty when the quota or the subnet is used up. */
  synchronized Optional<Port> allocate(
      Port.Kind kind, String project, Subnet subnet, @Nullable String key, @Nullable String hub) {
    long used = ports.values().stream().filter(one -> one.project().equals(project)).count();
    if (used >= quota) {
      return Optional.empty();
    }
    Set<String> taken =
        ports.values().stream()
            .filter(port -> port.subnet().equals(subnet))
            .map(Port::ip)
            .collect(Collectors.toSet());
    return subnet
        .addresses()
        .filter(ip -> !taken.contains(ip))
        .findFirst()
        .map(ip -> put(kind, project, subnet, ip, key, hub));
  }

  synchronized Port put(
      Port.Kind kind,
      String project,
      Subnet subnet,
      String ip,
      @Nullable String key,
      @Nullable String hub) {
    Port port = new Port(UUID.randomUUID().toString(), kind, project, subnet, ip, key, null, hub);
    ports.put(port.uuid(), port);
    return port;
  }

  boolean isTaken(Subnet subnet, String ip) {
    return ports.values().stream()
        .anyMatch(port -> port.subnet().equals(subnet) && port.ip().equals(ip));
  }

  void replace(Port port) {
    ports.put(port.uuid(), port);
  }

  /** Whatever it is. */
  boolean remove(String uuid) {
    return ports.remove(uuid) != null;
  }

  void clear() {
    ports.clear();
  }

  /** What the agent does once it has made a hub's interface. */
  void makeReady(Port hub, String key, String endpoint) {
    replace(Objects.requireNonNull(hub).withKey(key, endpoint));
  }
}

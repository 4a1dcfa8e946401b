package doni.worker.ironic;

import doni.backend.BackendException;
import doni.backend.SharedSnapshot;
import doni.openstack.OpenStackService;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Ironic's API, in microversion 1.51.
 *
 * <p>Without that header it would answer as version 1.1, which shows an available node without a
 * state and creates nodes right in the pool.
 */
final class IronicApi implements BareMetal {

  private static final String VERSION_HEADER = "X-OpenStack-Ironic-API-Version";
  private static final String VERSION = "1.51";

  private static final String NODES = "/v1/nodes";
  private static final String PORTS = "/v1/ports";

  /** Ironic's own greatest by default; it may be told to give less. */
  private static final int PAGE = 1000;

  private static final Duration LISTINGS_LAST = Duration.ofSeconds(15);

  private final OpenStackService service;
  private final SharedSnapshot<Map<String, Node>> nodes;
  private final SharedSnapshot<Map<String, List<Port>>> ports;

  IronicApi(OpenStackService service, Clock clock) {
    this.service = service;
    this.nodes = new SharedSnapshot<>(this::allNodes, LISTINGS_LAST, clock);
    this.ports = new SharedSnapshot<>(this::allPorts, LISTINGS_LAST, clock);
  }

  @Override
  public Optional<LanePause> hold() {
    return service.hold();
  }

  @Override
  public boolean showsAll() {
    // It is to answer, whatever it lists.
    var _ = page(NODES + "?detail=True&limit=1", "nodes", Documents::node);
    return service.isAdmin();
  }

  @Override
  public Sighting glance(String uuid) {
    Node node = nodes.recent().get(uuid);
    return node == null
        ? Sighting.NOTHING
        : new Sighting(Optional.of(node), ports.recent().getOrDefault(uuid, List.of()));
  }

  @Override
  public Sighting look(String uuid) {
    Optional<Node> node = node(uuid);
    return node.isEmpty() ? Sighting.NOTHING : new Sighting(node, portsOf(uuid));
  }

  @Override
  public List<Sighting> lookAtAll() {
    Map<String, List<Port>> known = ports.fresh();
    return nodes.fresh().values().stream()
        .map(node -> new Sighting(Optional.of(node), known.getOrDefault(node.uuid(), List.of())))
        .toList();
  }

  @Override
  public Optional<Node> node(String uuid) {
    ServiceResponse answer = send(ServiceRequest.get(NODES + "/" + ServiceRequest.segment(uuid)));
    return Refusals.saysAbsent(answer)
        ? Optional.empty()
        : Optional.of(Documents.node(answer, answer.orRefused().body()));
  }

  @Override
  public Optional<Port> portWith(String macAddress) {
    String query = "?detail=True&address=" + ServiceRequest.segment(macAddress);
    return page(PORTS + query, "ports", Documents::port).stream().findFirst();
  }

  @Override
  public Written create(NodeWish wish) {
    Map<String, Object> driverInfo = new LinkedHashMap<>(wish.driverInfo());
    wish.password().ifPresent(password -> driverInfo.put(Drift.PASSWORD, password));
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("cpu_arch", wish.cpuArchitecture());
    Capabilities.merged(null, wish.capabilities())
        .ifPresent(text -> properties.put("capabilities", text));
    return write(
        ServiceRequest.post(
            NODES,
            Map.of(
                "uuid", wish.uuid(),
                "name", wish.name(),
                "driver", wish.driver(),
                "resource_class", wish.resourceClass(),
                "driver_info", driverInfo,
                "properties", properties)));
  }

  @Override
  public Written patchNode(String uuid, List<PatchStep> steps) {
    // A driver need not have the interfaces of the one before.
    boolean driver = steps.stream().anyMatch(step -> step.path().equals("/driver"));
    String path = NODES + "/" + uuid + (driver ? "?reset_interfaces=true" : "");
    return write(ServiceRequest.patch(path, operations(steps)));
  }

  @Override
  public Written move(String uuid, Verb verb) {
    return write(
        ServiceRequest.put(
            NODES + "/" + uuid + "/states/provision", Map.of("target", verb.target())));
  }

  @Override
  public Written deleteNode(String uuid) {
    return write(ServiceRequest.delete(NODES + "/" + uuid));
  }

  @Override
  public Written createPort(String nodeUuid, PortWish wish) {
    return write(
        ServiceRequest.post(
            PORTS,
            Map.of(
                "node_uuid", nodeUuid,
                "address", wish.macAddress(),
                "extra", Map.of("name", wish.name()),
                "pxe_enabled", wish.pxeEnabled(),
                "local_link_connection", wish.link())));
  }

  @Override
  public Written patchPort(String uuid, List<PatchStep> steps) {
    return write(ServiceRequest.patch(PORTS + "/" + uuid, operations(steps)));
  }

  @Override
  public Written deletePort(String uuid) {
    return write(ServiceRequest.delete(PORTS + "/" + uuid));
  }

  private Written write(ServiceRequest request) {
    try {
      return Refusals.written(send(request));
    } finally {
      nodes.forget();
      ports.forget();
    }
  }

  private ServiceResponse send(ServiceRequest request) {
    return service.send(request.withHeader(VERSION_HEADER, VERSION));
  }

  private static List<Map<String, Object>> operations(List<PatchStep> steps) {
    return steps.stream().map(PatchStep::operation).toList();
  }

  private Map<String, Node> allNodes() {
    Map<String, Node> all = new HashMap<>();
    pages(NODES + "?detail=True", "nodes", Documents::node, Node::uuid)
        .forEach(node -> all.put(node.uuid(), node));
    return all;
  }

  private Map<String, List<Port>> allPorts() {
    return pages(PORTS + "?detail=True", "ports", Documents::port, Port::uuid).stream()
        .collect(Collectors.groupingBy(Port::nodeUuid));
  }

  /** Those of this node: a page that follows another forgets whose ports were asked for. */
  private List<Port> portsOf(String nodeUuid) {
    String query = PORTS + "?detail=True&node=" + ServiceRequest.segment(nodeUuid);
    return pages(query, "ports", Documents::port, Port::uuid).stream()
        .filter(port -> port.nodeUuid().equals(nodeUuid))
        .toList();
  }

  /** What all pages list. Not by the links to the next one, which lose the filters. */
  private <T> List<T> pages(
      String query, String name, Documents.Reader<T> reader, Function<T, String> uuid) {
    List<T> all = new ArrayList<>();
    String marker = "";
    while (true) {
      ServiceResponse answer = send(ServiceRequest.get(query + "&limit=" + PAGE + marker));
      if (Refusals.saysAbsent(answer)) {
        // The node or the last one of a page has gone meanwhile.
        return all;
      }
      List<T> page = list(answer, name, reader);
      all.addAll(page);
      if (page.isEmpty() || !answer.body().has("next")) {
        return all;
      }
      marker = "&marker=" + ServiceRequest.segment(uuid.apply(page.getLast()));
    }
  }

  private <T> List<T> page(String path, String name, Documents.Reader<T> reader) {
    return list(send(ServiceRequest.get(path)), name, reader);
  }

  private static <T> List<T> list(ServiceResponse answer, String name, Documents.Reader<T> reader) {
    JsonNode list = answer.orRefused().body().path(name);
    if (!list.isArray()) {
      throw BackendException.answered(
          answer.service(),
          answer.status(),
          "the response to %s lacks %s".formatted(answer.request(), name),
          false,
          null);
    }
    return StreamSupport.stream(list.spliterator(), false)
        .map(one -> reader.read(answer, one))
        .toList();
  }
}

package doni.worker.ironic;

import doni.backend.BackendException;
import doni.backend.SharedSnapshot;
import doni.openstack.OpenStackService;
import doni.openstack.ServiceRequest;
import doni.openstack.ServiceResponse;
import doni.worker.LanePause;
import doni.worker.ironic.IronicDesiredState.DesiredIronicNode;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicWrite.PatchOperation;
import doni.worker.ironic.IronicWrite.ProvisionTarget;
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
 * A client of Ironic's API in microversion 1.51.
 *
 * <p>Without that header Ironic answers as version 1.1, which shows an available node without a
 * state and creates nodes right in the pool.
 */
final class HttpIronicClient implements IronicClient {

  private static final String VERSION_HEADER = "X-OpenStack-Ironic-API-Version";
  private static final String VERSION = "1.51";

  private static final String NODES = "/v1/nodes";
  private static final String PORTS = "/v1/ports";

  /** Ironic's default maximum; a site may have configured fewer. */
  private static final int PAGE = 1000;

  private static final Duration LISTINGS_LAST = Duration.ofSeconds(15);

  private final OpenStackService service;
  private final SharedSnapshot<Map<String, IronicNode>> nodes;
  private final SharedSnapshot<Map<String, List<IronicPort>>> ports;

  HttpIronicClient(OpenStackService service, Clock clock) {
    this.service = service;
    this.nodes = new SharedSnapshot<>(this::allNodes, LISTINGS_LAST, clock);
    this.ports = new SharedSnapshot<>(this::allPorts, LISTINGS_LAST, clock);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return service.lanePause();
  }

  @Override
  public boolean showsAllNodes() {
    // A check that Ironic answers; the content does not matter.
    var _ = page(NODES + "?detail=True&limit=1", "nodes", IronicDocuments::node);
    return service.isAdmin();
  }

  @Override
  public IronicObservedState recall(String uuid) {
    IronicNode node = nodes.recent().get(uuid);
    return node == null
        ? IronicObservedState.ABSENT
        : new IronicObservedState(Optional.of(node), ports.recent().getOrDefault(uuid, List.of()));
  }

  @Override
  public Map<String, IronicNode> listNodes() {
    return nodes.fresh();
  }

  @Override
  public IronicObservedState observe(String uuid) {
    Optional<IronicNode> node = node(uuid);
    return node.isEmpty()
        ? IronicObservedState.ABSENT
        : new IronicObservedState(node, portsOf(uuid));
  }

  @Override
  public List<IronicObservedState> observeAll() {
    Map<String, List<IronicPort>> known = ports.fresh();
    return nodes.fresh().values().stream()
        .map(node ->
            new IronicObservedState(Optional.of(node), known.getOrDefault(node.uuid(), List.of())))
        .toList();
  }

  @Override
  public Optional<IronicNode> node(String uuid) {
    ServiceResponse answer = send(ServiceRequest.get(NODES + "/" + ServiceRequest.segment(uuid)));
    return IronicWriteResult.isAbsent(answer)
        ? Optional.empty()
        : Optional.of(IronicDocuments.node(answer, answer.orRefused().body()));
  }

  @Override
  public Optional<IronicPort> portWith(String macAddress) {
    String query = "?detail=True&address=" + ServiceRequest.segment(macAddress);
    return page(PORTS + query, "ports", IronicDocuments::port).stream().findFirst();
  }

  @Override
  public IronicWriteResult createNode(DesiredIronicNode desired) {
    Map<String, Object> driverInfo = new LinkedHashMap<>(desired.driverInfo());
    desired.password().ifPresent(password -> driverInfo.put(IronicDesiredState.PASSWORD, password));
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("cpu_arch", desired.cpuArchitecture());
    NodeCapabilities.merged(null, desired.capabilities())
        .ifPresent(text -> properties.put("capabilities", text));
    return write(
        ServiceRequest.post(
            NODES,
            Map.of(
                "uuid", desired.uuid(),
                "name", desired.name(),
                "driver", desired.driver(),
                "resource_class", desired.resourceClass(),
                "driver_info", driverInfo,
                "properties", properties)));
  }

  @Override
  public IronicWriteResult patchNode(String uuid, List<PatchOperation> operations) {
    // A driver need not have the interfaces of the one before.
    boolean driver = operations.stream().anyMatch(operation -> operation.path().equals("/driver"));
    String path = NODES + "/" + uuid + (driver ? "?reset_interfaces=true" : "");
    return write(ServiceRequest.patch(path, operations(operations)));
  }

  @Override
  public IronicWriteResult setProvisionState(String uuid, ProvisionTarget target) {
    return write(
        ServiceRequest.put(
            NODES + "/" + uuid + "/states/provision", Map.of("target", target.verb())));
  }

  @Override
  public IronicWriteResult deleteNode(String uuid) {
    return write(ServiceRequest.delete(NODES + "/" + uuid));
  }

  @Override
  public IronicWriteResult createPort(String nodeUuid, DesiredPort desired) {
    return write(
        ServiceRequest.post(
            PORTS,
            Map.of(
                "node_uuid", nodeUuid,
                "address", desired.macAddress(),
                "extra", Map.of("name", desired.name()),
                "pxe_enabled", desired.pxeEnabled(),
                "local_link_connection", desired.link())));
  }

  @Override
  public IronicWriteResult patchPort(String uuid, List<PatchOperation> operations) {
    return write(ServiceRequest.patch(PORTS + "/" + uuid, operations(operations)));
  }

  @Override
  public IronicWriteResult deletePort(String uuid) {
    return write(ServiceRequest.delete(PORTS + "/" + uuid));
  }

  private IronicWriteResult write(ServiceRequest request) {
    try {
      return IronicWriteResult.of(send(request));
    } finally {
      nodes.forget();
      ports.forget();
    }
  }

  private ServiceResponse send(ServiceRequest request) {
    return service.send(request.withHeader(VERSION_HEADER, VERSION));
  }

  private static List<Map<String, Object>> operations(List<PatchOperation> operations) {
    return operations.stream().map(PatchOperation::json).toList();
  }

  private Map<String, IronicNode> allNodes() {
    Map<String, IronicNode> all = new HashMap<>();
    pages(NODES + "?detail=True", "nodes", IronicDocuments::node, IronicNode::uuid)
        .forEach(node -> all.put(node.uuid(), node));
    return all;
  }

  private Map<String, List<IronicPort>> allPorts() {
    return pages(PORTS + "?detail=True", "ports", IronicDocuments::port, IronicPort::uuid).stream()
        .collect(Collectors.groupingBy(IronicPort::nodeUuid));
  }

  /** Filters again, because a page that follows another loses the node of the query. */
  private List<IronicPort> portsOf(String nodeUuid) {
    String query = PORTS + "?detail=True&node=" + ServiceRequest.segment(nodeUuid);
    return pages(query, "ports", IronicDocuments::port, IronicPort::uuid).stream()
        .filter(port -> port.nodeUuid().equals(nodeUuid))
        .toList();
  }

  /** Reads all pages, by marker: the links to the next page lose the filters. */
  private <T> List<T> pages(
      String query, String name, IronicDocuments.Reader<T> reader, Function<T, String> uuid) {
    List<T> all = new ArrayList<>();
    String marker = "";
    while (true) {
      ServiceResponse answer = send(ServiceRequest.get(query + "&limit=" + PAGE + marker));
      if (IronicWriteResult.isAbsent(answer)) {
        // The node, or the last item of a page, was deleted meanwhile.
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

  private <T> List<T> page(String path, String name, IronicDocuments.Reader<T> reader) {
    return list(send(ServiceRequest.get(path)), name, reader);
  }

  private static <T> List<T> list(
      ServiceResponse answer, String name, IronicDocuments.Reader<T> reader) {
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

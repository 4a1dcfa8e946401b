package doni.simulator.tunelo;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import doni.simulator.http.SimulatedApi;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A simulated Tunelo, faithful to the recording of a real one: it deletes any port by its uuid,
 * loses a channel's peers on an update, makes a second channel for a key that has one, and answers
 * 500 to a used-up quota.
 *
 * <p>A project's hub is ready as soon as it is made, unless {@link #newHubsAreReady} says no.
 */
public final class SimulatedTunelo extends SimulatedApi {

  private static final String HUB_KEY = "HUBKEYHUBKEYHUBKEYHUBKEYHUBKEYHUBKEYHUBKEY=";
  private static final String HUB_ENDPOINT = "192.0.2.10:51820";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Network network = new Network();
  private final Schemas schemas = new Schemas();
  private final Predicate<String> tokens;
  private volatile Subnet subnet;

  /**
   * Starts the API.
   *
   * @param port 0 for a free one
   * @param tokens says which tokens are good
   * @param project whose subnet is the default one
   */
  public SimulatedTunelo(int port, Clock clock, Predicate<String> tokens, String project) {
    super(port, clock, TuneloError::html);
    this.tokens = tokens;
    this.subnet =
        new Subnet(UUID.randomUUID().toString(), "tunelo-calico-subnet", project, "10.0.", 3, 24);
    network.add(subnet);
    network.add(new Subnet(UUID.randomUUID().toString(), "tiny-subnet", project, "10.0.", 9, 29));
    register();
    server.start();
  }

  /** The uuids of the channels that carry a key. */
  public List<String> channels(String publicKey) {
    return network.of(Port.Kind.CHANNEL).stream()
        .filter(port -> publicKey.equals(port.publicKey()))
        .map(Port::uuid)
        .toList();
  }

  /** The uuids of all channels. */
  public List<String> channels() {
    return network.of(Port.Kind.CHANNEL).stream().map(Port::uuid).toList();
  }

  public List<String> hubs() {
    return network.of(Port.Kind.HUB).stream().map(Port::uuid).toList();
  }

  public boolean hasPort(String uuid) {
    return network.port(uuid).isPresent();
  }

  /** Creates a channel as another client. */
  public String addChannel(String publicKey) {
    return network
        .hub(subnet.project(), subnet)
        .or(this::newHub)
        .flatMap(hub ->
            network.allocate(Port.Kind.CHANNEL, subnet.project(), subnet, publicKey, hub.uuid()))
        .map(Port::uuid)
        .orElseThrow();
  }

  /** Creates the port of a server. */
  public String addOrdinaryPort() {
    return network
        .allocate(Port.Kind.ORDINARY, subnet.project(), subnet, null, null)
        .map(Port::uuid)
        .orElseThrow();
  }

  /** Removes a port as another client. */
  public void remove(String uuid) {
    boolean _ = network.remove(uuid);
  }

  /** Updates a channel as another client's PUT does: it loses its hub, whatever else changes. */
  public void update(String uuid, String publicKey) {
    network
        .channel(uuid)
        .ifPresent(port -> network.replace(port.withKey(publicKey, port.endpoint()).cutOff()));
  }

  /** Removes all ports. */
  public void clear() {
    network.clear();
  }

  /** Whether a hub's interface is made as soon as the hub is. */
  public void newHubsAreReady(boolean ready) {
    network.newHubsAreReady = ready;
  }

  /** The agent makes the interfaces of all hubs. */
  public void makeHubsReady() {
    network.of(Port.Kind.HUB).forEach(hub -> network.makeReady(hub, HUB_KEY, HUB_ENDPOINT));
  }

  /**
   * The agent has made the interface of a hub; false where there is no such hub.
   *
   * @param endpoint address and port
   */
  public boolean publishHub(String uuid, String publicKey, String endpoint) {
    Optional<Port> hub = network.port(uuid).filter(port -> port.kind() == Port.Kind.HUB);
    hub.ifPresent(port -> network.makeReady(port, publicKey, endpoint));
    return hub.isPresent();
  }

  /** All hubs are gone; the channels stay, without a peer. */
  public void loseHubs() {
    hubs().forEach(this::remove);
  }

  /** Whether an agent has ever reported. */
  public void agents(boolean there) {
    network.agents = there;
  }

  public void defaultSubnet(boolean there) {
    network.defaultSubnet = there;
  }

  /** Whether Neutron does not answer. */
  public void networkDown(boolean down) {
    network.down = down;
  }

  /** Whether somewhere at the site there is a port of a type that Tunelo does not know. */
  public void oddPort(boolean there) {
    network.oddPort = there;
  }

  /** Leaves no room for another port, or as much as one likes. */
  public void quotaUsedUp(boolean used) {
    network.quota = used ? 0 : Integer.MAX_VALUE;
  }

  /** Gives the default subnet, which has room for 252 channels, room for thousands. */
  public void widenSubnet() {
    Subnet wide = new Subnet(subnet.uuid(), subnet.name(), subnet.project(), "10.1.", 0, 16);
    network.replaceDefault(wide);
    subnet = wide;
  }

  private void register() {
    server
        .router()
        .route("GET", "/", _ -> Answer.json(200, description()))
        .route("GET", "/healthcheck", _ -> Answer.json(200, healthy()))
        .route("GET", "/channels", this::list)
        .route("POST", "/channels", this::create)
        .route("GET", "/channels/{uuid}", this::show)
        .route("PUT", "/channels/{uuid}", this::update)
        .route("PATCH", "/channels/{uuid}", this::update)
        .route("DELETE", "/channels/{uuid}", this::delete);
  }

  private Answer list(Request request) {
    authorize(request);
    if (network.oddPort) {
      throw TuneloError.refusal(500, "Channel type 'other' is not supported.");
    }
    ObjectNode body = NODES.objectNode();
    ArrayNode all = body.putArray("channels");
    network.of(Port.Kind.CHANNEL).forEach(port -> all.add(json(port)));
    return Answer.json(200, body);
  }

  private Answer show(Request request) {
    authorize(request);
    return Answer.json(200, json(channel(request)));
  }

  private Answer create(Request request) {
    authorizeOnly(request);
    JsonNode body = schemas.creation(request);
    reachNeutron();
    Subnet in = subnetOf(body);
    String project = body.path("project_id").asString("");
    if (!in.project().equals(project)) {
      throw TuneloError.refusal(
          400, "Subnet " + in.uuid() + " is not associated with project " + project);
    }
    Port hub =
        network.hub(project, in).orElseGet(() -> newHub(in).orElseThrow(TuneloError::unknown));
    String key = body.path("properties").path("public_key").asString("");
    String address = body.path("channel_address").asString("");
    Optional<Port> made =
        address.isEmpty()
            ? network.allocate(Port.Kind.CHANNEL, project, in, key, hub.uuid())
            : Optional.of(network.put(Port.Kind.CHANNEL, project, in, address, key, hub.uuid()));
    return Answer.json(200, json(made.orElseThrow(TuneloError::unknown)));
  }

  private Subnet subnetOf(JsonNode body) {
    String wanted = body.path("subnet").asString("");
    String address = body.path("channel_address").asString("");
    if (!network.defaultSubnet || (wanted.isEmpty() && !address.isEmpty())) {
      throw TuneloError.unknown();
    }
    Subnet found = network.subnet(wanted);
    if (!address.isEmpty() && !found.contains(address)) {
      throw TuneloError.refusal(
          400, "channel_address " + address + " does not fit in subnet " + found.cidr());
    }
    if (network.isTaken(found, address)) {
      throw TuneloError.refusal(
          409, "IP address " + address + " already allocated in subnet " + found.uuid() + ".");
    }
    return found;
  }

  private Optional<Port> newHub() {
    return newHub(subnet);
  }

  private Optional<Port> newHub(Subnet in) {
    if (!network.agents) {
      throw TuneloError.refusal(404, "Could not find any hosts running wireguard agent.");
    }
    Optional<Port> hub = network.allocate(Port.Kind.HUB, in.project(), in, null, null);
    if (network.newHubsAreReady) {
      hub.ifPresent(one -> network.makeReady(one, HUB_KEY, HUB_ENDPOINT));
    }
    return hub;
  }

  private Answer update(Request request) {
    authorize(request);
    JsonNode body = schemas.update(request);
    Port port = channel(request);
    JsonNode properties = body.path("properties");
    if (properties.isObject()) {
      // The real service rewrites the port's profile without the hub.
      String key = properties.path("public_key").asString(port.publicKey());
      String endpoint = properties.path("endpoint").asString(port.endpoint());
      network.replace(port.withKey(key, endpoint).cutOff());
    }
    return Answer.json(200, json(channel(request)));
  }

  private Answer delete(Request request) {
    authorize(request);
    String uuid = uuid(request);
    if (!network.remove(uuid)) {
      throw TuneloError.notFound(uuid);
    }
    return Answer.empty(200);
  }

  private Port channel(Request request) {
    String uuid = uuid(request);
    return network.channel(uuid).orElseThrow(() -> TuneloError.notFound(uuid));
  }

  private static String uuid(Request request) {
    String uuid = request.variable("uuid");
    if (!uuid.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
      throw TuneloError.refusal(400, "Expected UUID for uuid: " + uuid);
    }
    return uuid;
  }

  private void authorize(Request request) {
    authorizeOnly(request);
    reachNeutron();
  }

  private void authorizeOnly(Request request) {
    if (!request.header("x-auth-token").filter(tokens).isPresent()) {
      throw TuneloError.refusal(401, "The request you have made requires authentication");
    }
  }

  private void reachNeutron() {
    if (network.down) {
      throw TuneloError.unknown();
    }
  }

  private ObjectNode json(Port channel) {
    ObjectNode json =
        NODES.objectNode().put("uuid", channel.uuid()).put("channel_type", "wireguard");
    ArrayNode peers = json.putArray("peers");
    Optional.ofNullable(channel.hub())
        .flatMap(network::port)
        .ifPresent(hub -> {
          ObjectNode peer = peers.addObject().put("uuid", hub.uuid());
          peer.put("status", hub.publicKey() == null ? "DOWN" : "ACTIVE");
          describe(peer, hub);
        });
    json.put("status", "DOWN");
    describe(json, channel);
    return json;
  }

  private static void describe(ObjectNode json, Port port) {
    json.putObject("properties")
        .put("public_key", port.publicKey())
        .put("endpoint", port.endpoint())
        .put("ip", port.ip());
  }

  private static ObjectNode description() {
    ObjectNode body = NODES.objectNode();
    body.put("name", "OpenStack Tunelo API")
        .put(
            "description",
            "Tunelo is an OpenStack project for provisioning encrypted communications tunnels on-demand.")
        .put("default_version", "1.0");
    body.putArray("versions").add("1.0");
    return body;
  }

  private static ObjectNode healthy() {
    ObjectNode body = NODES.objectNode().put("detailed", false);
    body.putArray("reasons");
    return body;
  }
}

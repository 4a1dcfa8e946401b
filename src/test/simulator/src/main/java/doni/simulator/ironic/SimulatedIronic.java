package doni.simulator.ironic;

import doni.simulator.http.Answer;
import doni.simulator.http.SimulatedApi;
import doni.simulator.keystone.User;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A simulated Ironic with one conductor, the drivers {@code ipmi} and {@code fake-hardware}, and
 * BMCs that answer unless they are told not to.
 *
 * <p>A node is verified, and available, at once, unless {@link #verificationTakes} and {@link
 * #cleaningTakes} say otherwise. Deploying, inspecting and rescuing are not simulated: {@link
 * #edit} puts a node into any state.
 */
public final class SimulatedIronic extends SimulatedApi {

  private final Conductor conductor;
  private final NodeApi nodes;

  /**
   * Starts the API.
   *
   * @param port 0 for a free one
   * @param holders whose a token is
   */
  public SimulatedIronic(int port, Clock clock, Function<String, Optional<User>> holders) {
    super(port, clock, SimulatedIronic::error);
    conductor = new Conductor(clock);
    nodes = new NodeApi(conductor);
    Api api = new Api(holders, conductor);
    server
        .router()
        .route("GET", "/", request -> Answer.json(200, root()))
        .route("GET", "/v1", request -> Api.versioned(Answer.json(200, version()), 1));
    new PortApi(conductor).register(server.router(), api);
    nodes.register(server.router(), api);
    server.start();
  }

  private static Answer error(int status, String text) {
    return Api.versioned(IronicError.routing(status, status == 500 ? text : ""), 1);
  }

  private static ObjectNode root() {
    ObjectNode root =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", "OpenStack Ironic API")
            .put(
                "description",
                "Ironic is an OpenStack project which enables the provision and management of baremetal machines.");
    root.set("default_version", versionOne());
    root.putArray("versions").add(versionOne());
    return root;
  }

  private static ObjectNode version() {
    ObjectNode version = JsonNodeFactory.instance.objectNode();
    version.set("version", versionOne());
    return version;
  }

  private static ObjectNode versionOne() {
    ObjectNode version =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", "v1")
            .put("status", "CURRENT")
            .put("min_version", "1.1")
            .put("version", "1." + Api.NEWEST);
    version.putArray("links").addObject().put("href", "http://ironic:6385/v1/").put("rel", "self");
    return version;
  }

  /** A node as it is stored, its passwords included. */
  public Optional<ObjectNode> node(String uuidOrName) {
    return conductor.exclusively(() -> conductor.find(uuidOrName).map(ObjectNode::deepCopy));
  }

  /** How many nodes there are. */
  public int nodes() {
    return conductor.exclusively(() -> conductor.nodes().size());
  }

  /** The ports of a node as they are stored. */
  public List<ObjectNode> ports(String nodeUuid) {
    return conductor.exclusively(() ->
        conductor.ports().values().stream()
            .filter(port -> port.path("node_uuid").asString().equals(nodeUuid))
            .map(ObjectNode::deepCopy)
            .toList());
  }

  /** Changes a node past the API, as the scheduler, another conductor or time may. */
  public void edit(String uuidOrName, Consumer<ObjectNode> change) {
    conductor.exclusively(() -> {
      change.accept(conductor.node(uuidOrName));
      return true;
    });
  }

  /** Changes a port past the API. */
  public void editPort(String macAddress, Consumer<ObjectNode> change) {
    conductor.exclusively(() -> {
      conductor.ports().values().stream()
          .filter(port -> port.path("address").asString().equals(macAddress))
          .forEach(change);
      return true;
    });
  }

  public void setState(String uuidOrName, String state) {
    edit(uuidOrName, node -> node.put("provision_state", state));
  }

  /** A conductor holds the node, until {@link #unlock}. */
  public void lock(String uuidOrName, String host) {
    edit(uuidOrName, node -> node.put("reservation", host));
  }

  public void unlock(String uuidOrName) {
    edit(uuidOrName, node -> node.putNull("reservation"));
  }

  /** How long verifying takes from now on; no time at first. */
  public void verificationTakes(Duration time) {
    conductor.verificationTakes(time);
  }

  /** Nodes are cleaned from now on before they are available, which takes so long. */
  public void cleaningTakes(Duration time) {
    conductor.cleaningTakes(true, time);
  }

  /** The verification or cleaning of a node ends now. */
  public void finish(String uuid) {
    conductor.exclusively(() -> {
      conductor.finish(uuid);
      return true;
    });
  }

  /** Whether there is a BMC that can be logged in to at an address. */
  public void bmcAnswers(String address, boolean answers) {
    conductor.exclusively(() -> {
      conductor.bmcAnswers(address, answers);
      return true;
    });
  }

  /** The power failure that the periodic check notes when a BMC has not answered for long. */
  public void losePower(String uuidOrName) {
    edit(
        uuidOrName,
        node ->
            node.put("maintenance", true)
                .put("fault", "power failure")
                .put("maintenance_reason", "During sync_power_state, max retries exceeded"));
  }

  /** The conductor dies; the API still believes in it. */
  public void crashConductor() {
    conductor.life(Conductor.Life.CRASHED);
  }

  /** The API has noticed that no conductor lives. */
  public void removeConductor() {
    conductor.life(Conductor.Life.GONE);
  }

  public void startConductor() {
    conductor.life(Conductor.Life.ALIVE);
  }

  /** Whether the policy lets callers see passwords; it does not at first. */
  public void showPasswords(boolean show) {
    nodes.showPasswords(show);
  }
}

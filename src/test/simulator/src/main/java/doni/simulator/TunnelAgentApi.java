package doni.simulator;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import doni.simulator.http.SimulatedApi;
import doni.simulator.tunelo.SimulatedTunelo;
import java.time.Clock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What the agent of WireGuard tells Neutron, which it does by a message and not by Tunelo's API.
 *
 * <pre>
 * PUT /hubs/{uuid}  {"public_key": "...", "endpoint": "192.0.2.10:51820"}: the interface is there
 * </pre>
 */
final class TunnelAgentApi extends SimulatedApi {

  private final SimulatedTunelo tunelo;

  TunnelAgentApi(SimulatedTunelo tunelo) {
    super(
        0,
        Clock.systemUTC(),
        (status, text) ->
            Answer.json(status, JsonNodeFactory.instance.objectNode().put("error", text)));
    this.tunelo = tunelo;
    server.router().route("PUT", "/hubs/{uuid}", this::publish);
    server.start();
  }

  private Answer publish(Request request) {
    JsonNode hub = request.json();
    boolean known =
        tunelo.publishHub(
            request.variable("uuid"),
            hub.path("public_key").asString(""),
            hub.path("endpoint").asString(""));
    return Answer.empty(known ? 204 : 404);
  }
}

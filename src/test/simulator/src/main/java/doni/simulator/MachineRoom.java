package doni.simulator;

import doni.simulator.balena.SimulatedBalena;
import doni.simulator.http.Answer;
import doni.simulator.http.PlainClient;
import doni.simulator.http.Request;
import doni.simulator.http.SimulatedApi;
import doni.simulator.keystone.SimulatedKeystone;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The machines of the site, for a person at a shell.
 *
 * <pre>
 * POST /machines             boots a machine with the config.json in the body
 * POST /machines/{name}/off  takes its power away
 * POST /machines/{name}/on   gives it back
 * </pre>
 *
 * <p>A machine that boots does what balenaOS and the coordinator of CHI@Edge do, with nothing but
 * its {@code config.json}: it connects to Balena with the key in the file, gets its variables from
 * there, logs in with its application credential, sends a WireGuard key to the service, and joins
 * the cluster.
 */
public final class MachineRoom extends SimulatedApi {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final SimulatedBalena balena;
  private final SimulatedKeystone keystone;
  private final DeviceSimulator devices;
  private final Clock clock;
  private volatile @Nullable URI service;

  MachineRoom(
      SimulatedBalena balena, SimulatedKeystone keystone, DeviceSimulator devices, Clock clock) {
    super(0, clock, (status, text) -> Answer.json(status, JSON.objectNode().put("error", text)));
    this.balena = balena;
    this.keystone = keystone;
    this.devices = devices;
    this.clock = clock;
    server
        .router()
        .route("POST", "/machines", this::boot)
        .route("POST", "/machines/{name}/off", request -> power(request, false))
        .route("POST", "/machines/{name}/on", request -> power(request, true));
    server.start();
  }

  /** Tells the machines where the service is, as the catalog does. */
  void announce(URI announced) {
    service = announced;
  }

  private Answer boot(Request request) {
    JsonNode config = request.json();
    String uuid = config.path("uuid").asString("");
    String name = config.path("hostname").asString("");
    Optional<Long> device = balena.deviceId(uuid);
    String key = config.path("deviceApiKey").asString("");
    if (!config.path("apiEndpoint").asString("").equals(balena.uri().toString())
        || device.filter(id -> balena.isKeyOf(key, id)).isEmpty()) {
      return refused(400, "the machine cannot connect to Balena with this config.json");
    }
    try {
      sendKey(config, balena.serviceVariables(uuid, "coordinator"));
    } catch (IOException | IllegalStateException e) {
      return refused(409, "the coordinator of " + name + " cannot send its key: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused(503, "the machine is switched off");
    }
    balena.changeDevice(
        uuid,
        JSON.objectNode()
            .put("is_online", true)
            .put("last_connectivity_event", clock.instant().toString()));
    devices.powerOnWithBalena(name, uuid);
    return state(name, "booting");
  }

  /** The first thing that the coordinator on a device does. */
  private void sendKey(JsonNode config, Map<String, String> variables)
      throws IOException, InterruptedException {
    URI doni = service;
    if (doni == null) {
      throw new IllegalStateException("the catalog has no inventory");
    }
    String patch =
        """
        [{"op": "add", "path": "/properties/channels",
          "value": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}]
        """
            .formatted(publicKey());
    try (PlainClient client = new PlainClient(doni, Map.of("X-Auth-Token", tokenOf(variables)))) {
      PlainClient.Reply reply =
          client.patch(
              "/v1/hardware/" + dashed(config.path("uuid").asString("")),
              "application/json-patch+json",
              patch);
      if (reply.status() != 200) {
        throw new IllegalStateException(reply.status() + " " + reply.text("/error"));
      }
    }
  }

  private String tokenOf(Map<String, String> variables) throws IOException, InterruptedException {
    String login =
        """
        {"auth": {"identity": {"methods": ["application_credential"],
          "application_credential": {"id": "%s", "secret": "%s"}}}}
        """
            .formatted(
                variables.getOrDefault("OS_APPLICATION_CREDENTIAL_ID", ""),
                variables.getOrDefault("OS_APPLICATION_CREDENTIAL_SECRET", ""));
    try (PlainClient client = new PlainClient(keystone.authUrl(), Map.of())) {
      PlainClient.Reply reply = client.post("/auth/tokens", login);
      if (reply.status() != 201) {
        throw new IllegalStateException("Keystone refuses its application credential");
      }
      return reply.headers().getOrDefault("x-subject-token", "");
    }
  }

  private Answer power(Request request, boolean on) {
    String name = request.variable("name");
    boolean known = on ? devices.powerOnAgain(name) : devices.powerOff(name);
    return known
        ? state(name, on ? "booting" : "off")
        : refused(404, name + " is not " + (on ? "off" : "on"));
  }

  private static Answer state(String name, String state) {
    return Answer.json(200, JSON.objectNode().put("name", name).put("state", state));
  }

  private static Answer refused(int status, String why) {
    return Answer.json(status, JSON.objectNode().put("error", why));
  }

  /** Balena writes UUIDs without dashes. */
  private static String dashed(String uuid) {
    return uuid.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  private static String publicKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }
}

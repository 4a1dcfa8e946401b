package doni.worker.tunelo;

import doni.enrollment.Secret;
import doni.openstack.OpenStack;
import doni.openstack.OpenStackService;
import doni.openstack.OpenStacks;
import doni.openstack.ServiceProperties;
import doni.openstack.ServiceRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A running Tunelo and the Neutron behind it, which no other client uses.
 *
 * <p>The user is that of {@code DONI_KEYSTONE_*} with the role {@code admin}, and Neutron is the
 * service {@code network} of the catalog. The WireGuard agent is known to Neutron and need not run:
 * {@link #makeHubsReady} publishes what an agent publishes of its hubs.
 */
final class RealTunelo {

  static final String URL = "DONI_TEST_TUNELO_URL";
  static final String HUB_KEY = "HUBKEYHUBKEYHUBKEYHUBKEYHUBKEYHUBKEYHUBKEY0=";
  static final String HUB_ENDPOINT = "192.0.2.10:51820";

  private static final String CHANNELS = "/channels/";
  private static final String PORTS = "/v2.0/ports";
  private static final String HUB = "channel:wireguard:hub";

  /** All that the tests of this package use. */
  private static final List<String> KEYS =
      IntStream.rangeClosed(1, 99).mapToObj(EdgeDevice::key).toList();

  private final OpenStackService tunelo;
  private final OpenStackService neutron;

  RealTunelo() {
    OpenStack site =
        OpenStacks.behind(
            URI.create(environment("DONI_KEYSTONE_AUTH_URL")),
            environment("DONI_KEYSTONE_USERNAME"),
            new Secret(password()),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    tunelo = site.service(service("tunelo", "channel", URI.create(environment(URL))));
    neutron = site.service(service("neutron", "network", null));
  }

  private static String environment(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  static String password() {
    return environment("DONI_KEYSTONE_PASSWORD");
  }

  private static ServiceProperties service(String name, String type, @Nullable URI url) {
    return new ServiceProperties(
        name, type, "public", "RegionOne", url, Duration.ofSeconds(5), Duration.ofSeconds(60), 10);
  }

  TuneloClient client() {
    return new HttpTuneloClient(tunelo);
  }

  /** Removes the channels of former tests. */
  void clear() {
    TuneloClient client = client();
    TuneloClient.ChannelListing all = client.list();
    KEYS.stream()
        .flatMap(key -> all.key(key).stream())
        .forEach(channel -> client.delete(channel.uuid()));
  }

  /** Updates a channel as another client does. */
  void update(String uuid, String publicKey) {
    var _ =
        tunelo
            .send(
                ServiceRequest.put(
                    CHANNELS + uuid, Map.of("properties", Map.of("public_key", publicKey))))
            .orRefused();
  }

  /** Publishes the key and the endpoint of every hub that has none, as the WireGuard agent does. */
  void makeHubsReady() {
    ports(HUB)
        .filter(hub -> !hub.path("binding:profile").path("public_key").isString())
        .forEach(hub ->
            updatePort(
                hub.path("id").asString(),
                Map.of(
                    "binding:profile", Map.of("public_key", HUB_KEY, "endpoint", HUB_ENDPOINT))));
  }

  void removeHubs() {
    ports(HUB).forEach(hub -> removePort(hub.path("id").asString()));
  }

  List<String> hubs() {
    return ports(HUB).map(hub -> hub.path("id").asString()).toList();
  }

  boolean hasPort(String uuid) {
    return neutron.send(ServiceRequest.get(PORTS + "/" + uuid)).isSuccess();
  }

  /** Creates a port next to the hub. */
  String addPort(String owner) {
    String network = ports(HUB).findFirst().orElseThrow().path("network_id").asString();
    return send(ServiceRequest.post(
            PORTS, Map.of("port", Map.of("network_id", network, "device_owner", owner))))
        .path("port")
        .path("id")
        .asString();
  }

  void removePort(String uuid) {
    var _ = neutron.send(ServiceRequest.delete(PORTS + "/" + uuid)).orRefused();
  }

  private void updatePort(String uuid, Map<String, Object> changes) {
    send(ServiceRequest.put(PORTS + "/" + uuid, Map.of("port", changes)));
  }

  /** Runs something while the project may have no more ports than it has. */
  void withUsedUpQuota(Runnable work) {
    String path = "/v2.0/quotas/" + neutron.projectId();
    send(ServiceRequest.put(path, Map.of("quota", Map.of("port", ports(null).count()))));
    try {
      work.run();
    } finally {
      var _ = neutron.send(ServiceRequest.delete(path)).orRefused();
    }
  }

  /** Runs something while the subnet of the hub gives out one address, that of the hub. */
  void withUsedUpSubnet(Runnable work) {
    JsonNode address = ports(HUB).findFirst().orElseThrow().path("fixed_ips").path(0);
    String path = "/v2.0/subnets/" + address.path("subnet_id").asString();
    String hub = address.path("ip_address").asString();
    JsonNode pools = send(ServiceRequest.get(path)).path("subnet").path("allocation_pools");
    setPools(path, List.of(Map.of("start", hub, "end", hub)));
    try {
      work.run();
    } finally {
      setPools(path, pools);
    }
  }

  private void setPools(String path, Object pools) {
    send(ServiceRequest.put(path, Map.of("subnet", Map.of("allocation_pools", pools))));
  }

  private Stream<JsonNode> ports(@Nullable String owner) {
    String filter = owner == null ? "" : "&device_owner=" + ServiceRequest.segment(owner);
    JsonNode all = send(ServiceRequest.get(PORTS + "?project_id=" + neutron.projectId() + filter));
    return StreamSupport.stream(all.path("ports").spliterator(), false);
  }

  private JsonNode send(ServiceRequest request) {
    return neutron.send(request).orRefused().body();
  }
}

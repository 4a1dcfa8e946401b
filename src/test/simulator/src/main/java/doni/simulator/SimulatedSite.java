package doni.simulator;

import doni.simulator.balena.SimulatedBalena;
import doni.simulator.blazar.Nodes;
import doni.simulator.blazar.SimulatedBlazar;
import doni.simulator.ironic.SimulatedIronic;
import doni.simulator.keystone.SimulatedKeystone;
import doni.simulator.kubernetes.SimulatedKubernetes;
import doni.simulator.tunelo.SimulatedTunelo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything around the service, simulated: the backends, each on a port of its own, and the
 * devices.
 */
public final class SimulatedSite implements AutoCloseable {

  /** Where the APIs are to listen (0, as at first: a free port) and by which clock they live. */
  public static final class Builder {
    private int keystonePort;
    private int kubernetesPort;
    private int tuneloPort;
    private Clock clock = Clock.systemUTC();
    private @Nullable Nodes nodes;

    private Builder() {}

    public Builder keystonePort(int port) {
      keystonePort = port;
      return this;
    }

    public Builder kubernetesPort(int port) {
      kubernetesPort = port;
      return this;
    }

    public Builder tuneloPort(int port) {
      tuneloPort = port;
      return this;
    }

    public Builder clock(Clock other) {
      clock = other;
      return this;
    }

    /** The nodes that Blazar finds, in place of the simulated ones. */
    public Builder nodes(Nodes others) {
      nodes = others;
      return this;
    }

    /** Starts all of it. */
    public SimulatedSite start() {
      return new SimulatedSite(this);
    }
  }

  /** The device types that the site has a fleet for. */
  private static final List<String> FLEETS =
      List.of("raspberrypi4-64", "jetson-nano", "raspberrypi3-64");

  private final SimulatedKeystone keystone;
  private final SimulatedKubernetes kubernetes;
  private final SimulatedBalena balena;
  private final SimulatedIronic ironic;
  private final SimulatedTunelo tunelo;
  private final DeviceSimulator devices;
  private final SimulatedBlazar blazar;
  private final MachineRoom machines;

  /** One for all services of the site, so that they can share a database. */
  private final String secretsKey = randomKey();

  private SimulatedSite(Builder builder) {
    keystone = new SimulatedKeystone(builder.keystonePort, builder.clock);
    kubernetes = new SimulatedKubernetes(builder.kubernetesPort, builder.clock);
    balena = new SimulatedBalena(0, builder.clock);
    FLEETS.forEach(type ->
        balena.release(balena.addFleet("site", fleet(type), type), "coordinator", "wireguard"));
    ironic = new SimulatedIronic(0, builder.clock, keystone::holder);
    keystone.addService("baremetal", "ironic", ironic.uri());
    String project = keystone.user("doni").project().id();
    tunelo = new SimulatedTunelo(builder.tuneloPort, builder.clock, keystone::isValid, project);
    keystone.addService("channel", "tunelo", tunelo.uri());
    devices = new DeviceSimulator(kubernetes, balena);
    blazar =
        new SimulatedBlazar(
            0,
            builder.clock,
            SimulatedBlazar.tokensOf(keystone),
            builder.nodes == null ? new SiteNodes(kubernetes, ironic) : builder.nodes);
    keystone.addService("reservation", "blazar", blazar.endpoint());
    machines = new MachineRoom(balena, keystone, devices, builder.clock);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Starts a site on free ports. */
  public static SimulatedSite start() {
    return builder().start();
  }

  public SimulatedKeystone keystone() {
    return keystone;
  }

  public SimulatedKubernetes kubernetes() {
    return kubernetes;
  }

  public SimulatedBlazar blazar() {
    return blazar;
  }

  /** With a fleet for each of some device types, which has a release with a {@code coordinator}. */
  public SimulatedBalena balena() {
    return balena;
  }

  public SimulatedIronic ironic() {
    return ironic;
  }

  public SimulatedTunelo tunelo() {
    return tunelo;
  }

  public DeviceSimulator devices() {
    return devices;
  }

  /** The machines, for a person at a shell. */
  public MachineRoom machines() {
    return machines;
  }

  /** Puts the service into the catalog, under the type {@code inventory}. */
  public void announce(URI service) {
    machines.announce(service);
    keystone.addService("inventory", "doni", service);
  }

  /**
   * The environment of a service that belongs to this site, with the k8s worker for devices, in
   * which everybody may enroll.
   *
   * @param directory takes the kubeconfig and the policy file
   */
  public Map<String, String> environment(Path directory) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("DONI_KEYSTONE_AUTH_URL", keystone.authUrl().toString());
    environment.put("DONI_KEYSTONE_USERNAME", "doni");
    environment.put("DONI_KEYSTONE_PASSWORD", keystone.user("doni").password());
    environment.put("DONI_KEYSTONE_USER_DOMAIN_NAME", "Default");
    environment.put("DONI_KEYSTONE_PROJECT_NAME", "service");
    environment.put("DONI_KEYSTONE_PROJECT_DOMAIN_NAME", "Default");
    environment.put("DONI_SECRETS_KEYS_SITE", secretsKey);
    environment.put("DONI_HARDWARE_TYPES", "device.balena");
    environment.put("DONI_WORKERS_ENABLED", "k8s");
    environment.put("DONI_POLICY_FILE", policy(directory).toString());
    environment.put("DONI_WORKERS_K8S_KUBECONFIG_FILE", kubeconfig(directory).toString());
    environment.put("DONI_WORKERS_BALENA_API_ENDPOINT", balena.uri().toString());
    environment.put("DONI_WORKERS_BALENA_API_TOKEN", balena.token());
    // An address has no domain to derive them from.
    environment.put("DONI_WORKERS_BALENA_VPN_ENDPOINT", "cloudlink.site.example");
    environment.put("DONI_WORKERS_BALENA_REGISTRY_ENDPOINT", "registry2.site.example");
    environment.put("DONI_WORKERS_BALENA_DELTA_ENDPOINT", "https://delta.site.example");
    return environment;
  }

  /**
   * The environment of a service that has all workers, for devices and for bare-metal hosts.
   *
   * @param directory takes the kubeconfig and the policy file
   */
  public Map<String, String> environmentOfAllWorkers(Path directory) {
    Map<String, String> environment = environment(directory);
    environment.put("DONI_HARDWARE_TYPES", "device.balena,baremetal");
    environment.put(
        "DONI_WORKERS_ENABLED", "k8s,tunelo,balena,blazar.device,blazar.physical_host,ironic");
    // A machine's name has dashes and dots, which the name of a variable cannot have.
    environment.put(
        "SPRING_APPLICATION_JSON",
        FLEETS.stream()
            .map(type -> "\"%s\": \"site/%s\"".formatted(type, fleet(type)))
            .collect(
                Collectors.joining(
                    ", ", "{\"doni.workers.balena.device-fleet-mapping\": {", "}}")));
    return environment;
  }

  private static String fleet(String deviceType) {
    return "edge-" + deviceType;
  }

  @Override
  public void close() {
    machines.close();
    devices.close();
    blazar.close();
    balena.close();
    ironic.close();
    tunelo.close();
    kubernetes.close();
    keystone.close();
  }

  private Path kubeconfig(Path directory) {
    return kubernetes.writeKubeconfig(directory.resolve("kubeconfig"), "doni");
  }

  private static String randomKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  private static Path policy(Path directory) {
    try {
      return Files.writeString(directory.resolve("policy.yaml"), "\"hardware:create\": \"@\"\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

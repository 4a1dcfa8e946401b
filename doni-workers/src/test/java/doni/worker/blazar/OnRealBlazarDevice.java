package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.joined;
import static doni.worker.blazar.BlazarFixtures.node;
import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.FaultyCalls;
import doni.convergence.HardwareFixture;
import doni.enrollment.Secret;
import doni.openstack.OpenStack;
import doni.openstack.OpenStacks;
import doni.openstack.ServiceProperties;
import doni.simulator.SiteClock;
import doni.worker.Outcome;
import doni.worker.Worker;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A device that has joined a real cluster, with a real Blazar. Both are started by hand: {@code
 * DONI_TEST_BLAZAR_URL} is the URL of the one, {@code DONI_TEST_BLAZAR_KUBECONFIG} the cluster
 * administrator's file for the other, and the user is that of {@code DONI_KEYSTONE_*}. Each device
 * has a name of its own, because Blazar never releases one.
 */
abstract class OnRealBlazarDevice {

  /** Set where the tests run. */
  static final String BLAZAR_URL = "DONI_TEST_BLAZAR_URL";

  /** Blazar's mark on the Node of a device. */
  private static final String DEVICE_LABEL = "blazar.openstack.org/device";

  /** Longer than listings are kept. */
  static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(61);

  final SiteClock clock =
      new SiteClock(Instant.now().truncatedTo(ChronoUnit.SECONDS), Duration.ofNanos(1_000));
  final BlazarClient client = client();
  final FaultyCalls<BlazarClient> calls =
      FaultyCalls.inMemory(BlazarClient.class, client, "blazar", BlazarBench::writes);
  final Worker worker =
      new BlazarWorker(
          ResourceKind.DEVICE,
          new BlazarAccess(calls.client(), new ProcessLock(), clock),
          BlazarSite.MACHINE_TYPES);
  final KubernetesClient cluster = cluster();
  final HardwareFixture device = aDevice();

  private static String environment(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }

  private static BlazarClient client() {
    OpenStack site =
        OpenStacks.behind(
            URI.create(environment("DONI_KEYSTONE_AUTH_URL")),
            environment("DONI_KEYSTONE_USERNAME"),
            new Secret(environment("DONI_KEYSTONE_PASSWORD")),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    ServiceProperties blazar =
        new ServiceProperties(
            "blazar",
            "reservation",
            "public",
            "RegionOne",
            URI.create(environment(BLAZAR_URL)),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            10);
    return new HttpBlazarClient(site.service(blazar), site.projects());
  }

  private static KubernetesClient cluster() {
    try {
      String kubeconfig = Files.readString(Path.of(environment("DONI_TEST_BLAZAR_KUBECONFIG")));
      return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static HardwareFixture aDevice() {
    return joined(
        HardwareFixture.anEnrolledDevice()
            .named("edge-" + UUID.randomUUID())
            .withProperty("blazar_device_driver", "k8s"));
  }

  @BeforeEach
  void joinCluster() {
    join(node(device));
  }

  @AfterEach
  void cleanUp() {
    attempt(device.deleted());
    attempt(device);
    cluster.close();
  }

  void join(String name) {
    cluster
        .nodes()
        .resource(new NodeBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  Outcome attempt(HardwareFixture hardware) {
    clock.advance(BETWEEN_ATTEMPTS);
    return hardware.attempted(worker);
  }

  void assertSteady() {
    assertThat(attempt(device)).isInstanceOf(Outcome.Synced.class);
  }

  List<BlazarResource> stored() {
    return stored(node(device));
  }

  List<BlazarResource> stored(String node) {
    return client.resources(ResourceKind.DEVICE).stream()
        .filter(resource -> resource.name().equals(node))
        .toList();
  }

  /** Returns the id of the device that Blazar has written on a Node, if any. */
  Optional<String> labelled(String node) {
    return Optional.ofNullable(
        cluster.nodes().withName(node).get().getMetadata().getLabels().get(DEVICE_LABEL));
  }

  Map<String, String> properties() {
    assertThat(stored()).hasSize(1);
    return stored().getFirst().properties();
  }

  List<BlazarLease> leases() {
    List<String> ids = stored().stream().map(BlazarResource::id).toList();
    return client.bookings(ResourceKind.DEVICE).stream()
        .filter(booking -> ids.contains(booking.resourceId()))
        .flatMap(booking -> client.lease(booking.leaseId()).stream())
        .toList();
  }

  BlazarLease lease() {
    assertThat(leases()).hasSize(1);
    return leases().getFirst();
  }

  static Instant tomorrow(int hour) {
    return Instant.now()
        .truncatedTo(ChronoUnit.DAYS)
        .plus(Duration.ofDays(1))
        .plus(Duration.ofHours(hour));
  }
}

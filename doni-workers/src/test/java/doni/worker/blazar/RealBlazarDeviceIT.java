package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.changed;
import static doni.worker.blazar.BlazarFixtures.joined;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static doni.worker.blazar.OnBlazarDevice.assertDefers;
import static doni.worker.blazar.OnBlazarDevice.assertFailsForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.FaultyCalls;
import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
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
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The device worker with a real Blazar and a real Kubernetes API, which are started by hand: {@code
 * DONI_TEST_BLAZAR_URL} is the URL of the one, {@code DONI_TEST_BLAZAR_KUBECONFIG} the cluster
 * administrator's file for the other, and the user is that of {@code DONI_KEYSTONE_*}. Each device
 * has a name of its own, because Blazar never releases one.
 */
@EnabledIfEnvironmentVariable(named = "DONI_TEST_BLAZAR_URL", matches = ".+")
class RealBlazarDeviceIT {

  private static final String DEVICE_LABEL = "blazar.openstack.org/device";

  /** Longer than listings are kept. */
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(61);

  private final SiteClock clock =
      new SiteClock(Instant.now().truncatedTo(ChronoUnit.SECONDS), Duration.ofNanos(1_000));
  private final BlazarClient client = client();
  private final FaultyCalls<BlazarClient> calls =
      FaultyCalls.inMemory(BlazarClient.class, client, "blazar", BlazarBench::writes);
  private final Worker worker =
      new BlazarWorker(
          ResourceKind.DEVICE,
          new BlazarAccess(calls.client(), new ProcessLock(), clock),
          BlazarSite.MACHINE_TYPES);
  private final KubernetesClient cluster = cluster();
  private final HardwareFixture device = aDevice();

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
            URI.create(environment("DONI_TEST_BLAZAR_URL")),
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

  private static HardwareFixture aDevice() {
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

  private void join(String name) {
    cluster
        .nodes()
        .resource(new NodeBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
  }

  private Outcome attempt(HardwareFixture hardware) {
    clock.advance(BETWEEN_ATTEMPTS);
    return hardware.attempted(worker);
  }

  private void assertSteady() {
    assertThat(attempt(device)).isInstanceOf(Outcome.Synced.class);
  }

  private List<BlazarResource> stored() {
    return client.resources(ResourceKind.DEVICE).stream()
        .filter(resource -> resource.name().equals(node(device)))
        .toList();
  }

  private Map<String, String> properties() {
    assertThat(stored()).hasSize(1);
    return stored().getFirst().properties();
  }

  private List<BlazarLease> leases() {
    List<String> ids = stored().stream().map(BlazarResource::id).toList();
    return client.bookings(ResourceKind.DEVICE).stream()
        .filter(booking -> ids.contains(booking.resourceId()))
        .flatMap(booking -> client.lease(booking.leaseId()).stream())
        .toList();
  }

  private BlazarLease lease() {
    assertThat(leases()).hasSize(1);
    return leases().getFirst();
  }

  private static Instant tomorrow(int hour) {
    return Instant.now()
        .truncatedTo(ChronoUnit.DAYS)
        .plus(Duration.ofDays(1))
        .plus(Duration.ofHours(hour));
  }

  @Test
  void makesADeviceReservable() {
    device.withProperty("device_profiles", List.of("gpu"));

    assertSteady();

    assertThat(properties())
        .containsEntry("uid", uid(device))
        .containsEntry("vendor", "Raspberry Pi")
        .containsEntry("gpu", "True");
    assertThat(stored().getFirst().reservable()).isTrue();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().getFirst().id());
    assertThat(cluster.nodes().withName(node(device)).get().getMetadata().getLabels())
        .containsEntry(DEVICE_LABEL, stored().getFirst().id());
  }

  @Test
  void doesNotWriteAnUnchangedDevice() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    int writes = calls.writes();

    assertSteady();
    clock.advance(BETWEEN_ATTEMPTS);
    assertThat(device.scheduled(worker)).isInstanceOf(Outcome.Synced.class);

    assertThat(calls.writes()).isEqualTo(writes);
  }

  @Test
  void waitsForANodeThatBlazarDoesNotFind() {
    HardwareFixture absent = aDevice();

    assertDefers(
        attempt(absent),
        "node %s not known to Blazar yet: Device '%s' not found!"
            .formatted(node(absent), node(absent)));
  }

  @Test
  void followsTheWindows() {
    ReservationWindow window = available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String first = lease().id();
    assertThat(lease().start()).isEqualTo(tomorrow(5));

    window = changed(device, window, tomorrow(7), tomorrow(9));
    assertSteady();
    assertThat(lease())
        .returns(first, BlazarLease::id)
        .returns(tomorrow(7), BlazarLease::start)
        .returns(tomorrow(9), BlazarLease::end);

    device.withoutWindow(window);
    assertSteady();
    assertThat(leases()).isEmpty();
  }

  @Test
  void createsALeaseAgainThatAnotherClientEnded() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String former = lease().id();
    BlazarBench.accepted(client.endLease(former));

    assertSteady();

    assertThat(lease().id()).isNotEqualTo(former);
  }

  @Test
  void addsAPropertyAndSaysWhichChangesBlazarRefuses() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    device
        .withProperty("machine_name", "jetson-nano")
        .withProperty("device_profiles", List.of("gpu"));

    assertThat(attempt(device))
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred ->
            assertThat(deferred.reason())
                .startsWith("Blazar refuses to change device_name, machine_name, model, vendor"));

    assertThat(properties()).containsEntry("gpu", "True").containsEntry("vendor", "Raspberry Pi");
  }

  @Test
  void neverGivesADeletedDeviceItsNameBack() {
    assertSteady();
    BlazarBench.accepted(client.deleteResource(ResourceKind.DEVICE, stored().getFirst().id()));
    String burnt =
        "name %s was used by a deleted device, and Blazar never releases a name; rename the device"
            .formatted(node(device));

    assertFailsForNow(attempt(device), burnt);
    int calledOnce = calls.writes();
    assertFailsForNow(attempt(device), burnt);
    assertThat(calls.writes()).isEqualTo(calledOnce);

    joined(device.named("edge-" + UUID.randomUUID()));
    join(node(device));
    assertSteady();
  }

  @Test
  void failsWhereAnotherDeviceHasTheName() {
    assertSteady();
    HardwareFixture other = joined(aDevice().named(device.name()));

    assertFailsForNow(
        attempt(other),
        "name %s is taken by device %s with uid %s, and Blazar never releases a name; rename the device"
            .formatted(node(device), stored().getFirst().id(), uid(device)));
  }

  @Test
  void deletesADeviceAndItsLeasesOnce() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String lease = lease().id();
    device.deleted();

    Outcome outcome = attempt(device);
    for (int i = 0; i < 5 && !(outcome instanceof Outcome.Gone); i++) {
      outcome = attempt(device);
    }

    assertThat(outcome).isInstanceOf(Outcome.Gone.class);
    assertThat(stored()).isEmpty();
    assertThat(client.lease(lease)).isEmpty();
    int writes = calls.writes();
    assertThat(attempt(device)).isInstanceOf(Outcome.Gone.class);
    assertThat(calls.writes()).isEqualTo(writes);
  }
}

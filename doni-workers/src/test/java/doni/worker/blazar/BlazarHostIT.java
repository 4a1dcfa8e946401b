package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aHost;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.changed;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bare-metal host in Blazar. */
class BlazarHostIT {

  private static final Instant FIVE = Instant.parse("2026-11-23T05:00:00Z");
  private static final Instant SIX = Instant.parse("2026-11-23T06:00:00Z");

  private final BlazarSite site = new BlazarSite();
  private final HardwareFixture host = aHost();

  @BeforeEach
  void add() {
    site.blazar.addHypervisor(uid(host));
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Worker worker() {
    return site.hosts();
  }

  private void reservable() {
    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
  }

  private Map<String, String> stored() {
    List<Map<String, String>> all = site.blazar.resources(uid(host));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static void assertDefers(Outcome outcome, String reason) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).isEqualTo(reason));
  }

  @Test
  void makesAHostReservable() {
    host.named("nc01")
        .withProperty("node_type", "compute_skylake")
        .withProperty("placement", Map.of("rack", "r1", "node", "n7"))
        .withProperty("su_factor", 2);

    reservable();

    assertThat(stored())
        .containsEntry("uid", uid(host))
        .containsEntry("node_name", "nc01")
        .containsEntry("node_type", "compute_skylake")
        .containsEntry("placement.rack", "r1")
        .containsEntry("placement.node", "n7")
        .containsEntry("su_factor", "2.0")
        .containsEntry("cpu_arch", "x86_64");
    assertThat(host.details())
        .containsEntry("blazar_resource_id", stored().get("id"))
        .containsKey("resource_created_at");
  }

  @Test
  void sendsNoAbsentPropertyAndTheDefaultFactor() {
    reservable();

    assertThat(stored())
        .containsEntry("su_factor", "1.0")
        .doesNotContainKeys("node_type", "placement.rack", "placement.node");
  }

  @Test
  void anUnchangedHostIsNotWritten() {
    available(host, FIVE, SIX);
    reservable();

    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.clock.advance(Duration.ofMinutes(2));
    assertThat(host.scheduled(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.writes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "node_type, storage, node_type, storage",
    "su_factor, 3.5, su_factor, 3.5",
    "cpu_arch, aarch64, cpu_arch, aarch64",
    "authorized_projects_reason, ours, restricted_reason, ours"
  })
  void changesPropertiesEvenWhileLeased(
      String property, String value, String stored, String expected) {
    host.withProperty("node_type", "compute").withProperty("authorized_projects_reason", "before");
    available(host, FIVE, SIX);
    reservable();

    Object typed = property.equals("su_factor") ? (Object) Double.valueOf(value) : value;
    assertThat(host.withProperty(property, typed).attempted(worker()))
        .isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry(stored, expected);
  }

  @Test
  void removesPropertiesThatAreNoLongerWanted() {
    host.withProperty("node_type", "compute");
    reservable();

    assertThat(host.withoutProperty("node_type").attempted(worker()))
        .isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).doesNotContainKey("node_type").containsEntry("vcpus", "1");
  }

  @Test
  void setsTheUidOfAnAdoptedHost() {
    reservable();
    site.blazar.removeCapability(uid(host), "uid");
    host.details().clear();
    available(host, FIVE, SIX);
    site.restart();

    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("uid", uid(host));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void leasesAndMovesAHost() {
    ReservationWindow window = available(host, FIVE, SIX);
    reservable();
    changed(host, window, FIVE, SIX.plusSeconds(3600));

    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.blazar.leases("availability_window_" + window.uuid()))
        .containsExactly("PENDING " + FIVE + " " + SIX.plusSeconds(3600));
  }

  @Test
  void waitsWithoutARequestForAHostThatIsUnknownToIronic() {
    host.withDependency("ironic", Map.of("refused", "no such driver"));

    assertDefers(host.attempted(worker()), "host not enrolled in Ironic; waiting for its node");
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void waitsForAHypervisorThatIsUnknownToNova() {
    HardwareFixture other = aHost();

    assertDefers(
        other.attempted(worker()),
        "node %s not known to Blazar yet: Host '%s' not found!".formatted(uid(other), uid(other)));
  }

  @Test
  void waitsForPlacement() {
    site.blazar
        .faults()
        .add(
            Fault.on("POST", "/v1/os-hosts")
                .answering(500, "{\"error_message\":\"No such resource provider 1.\"}")
                .once());

    assertDefers(
        host.attempted(worker()),
        "node %s not known to Blazar yet: No such resource provider 1.".formatted(uid(host)));
    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void waitsWhileInstancesRunOnIt() {
    site.blazar.occupy(uid(host), true);
    assertDefers(host.attempted(worker()), occupied());

    site.blazar.occupy(uid(host), false);
    reservable();
    site.blazar.occupy(uid(host), true);
    assertDefers(host.deleted().attempted(worker()), occupied());

    site.blazar.occupy(uid(host), false);
    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Gone.class);
  }

  private String occupied() {
    return "instances run on the host: Servers ['an-instance'] found for host " + uid(host);
  }

  @Test
  void namesWhatAnEarlierCreationLeftBehind() {
    site.blazar.leaveProviderBehind(uid(host));

    assertThat(host.attempted(worker()))
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .satisfies(failed ->
            assertThat(failed.message())
                .isEqualTo(
                    "an earlier creation of host %s failed half-way; an operator must remove its reservation provider or aggregate entry: Resource provider 'blazar_%s' already exists"
                        .formatted(uid(host), uid(host))));
  }

  @Test
  void aHostDeletedBehindOurBackIsCreatedAgain() {
    reservable();
    site.blazar.forget(uid(host));

    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(host.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  @Test
  void aDeletedHostLeavesNothingBehind() {
    available(host, FIVE, SIX);
    reservable();

    assertThat(host.deleted().attempted(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(host.attempted(worker())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(site.blazar.resources(uid(host))).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
  }

  @Test
  void failsWhereBlazarDoesNotServeHosts() {
    site.blazar.serveHosts(false);
    available(host, FIVE, SIX);

    assertThat(host.attempted(worker()))
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .satisfies(failed -> assertThat(failed.message()).contains("physical:host"));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/os-hosts, false",
    "POST, /v1/os-hosts, true",
    "PUT, /v1/os-hosts/.+, false",
    "PUT, /v1/os-hosts/.+, true",
    "POST, /v1/leases, false",
    "POST, /v1/leases, true"
  })
  void goesOnAfterACrash(String method, String path, boolean done) {
    available(host, FIVE, SIX);
    site.blazar.clashOn("cpu_arch");
    Fault fault = Fault.on(method, path).dropping().once();
    site.blazar.faults().add(done ? fault.afterTheWork() : fault);
    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Failed.class);
    host.details().clear();
    site.restart();

    assertThat(host.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("cpu_arch", "x86_64");
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/os-hosts",
    "GET, /v1/os-hosts",
    "GET, /v1/os-hosts/allocations",
    "POST, /v1/leases"
  })
  void isNeverFalselySteady(String method, String path) {
    for (int status : List.of(400, 401, 403, 404, 409, 429, 500, 503)) {
      HardwareFixture one = aHost();
      site.blazar.addHypervisor(uid(one));
      available(one, FIVE, SIX);
      site.restart();
      site.blazar
          .faults()
          .add(Fault.on(method, path).answering(status, "{\"error_message\":\"no\"}"));

      assertThat(one.attempted(worker())).isNotInstanceOf(Outcome.Synced.class);

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    }
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.backend.BackendException;
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

/** What becomes of a bare-metal host in Blazar. */
class HostIT {

  private static final Instant FIVE = Instant.parse("2026-11-23T05:00:00Z");
  private static final Instant SIX = Instant.parse("2026-11-23T06:00:00Z");

  private final BlazarSite site = new BlazarSite();
  private final Enrolled host = Enrolled.aHost();

  @BeforeEach
  void add() {
    site.blazar.addHypervisor(host.uid());
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Worker worker() {
    return site.hosts();
  }

  private void reservable() {
    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
  }

  private Map<String, String> stored() {
    List<Map<String, String>> all = site.blazar.resources(host.uid());
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static void assertDefers(Outcome outcome, String... words) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).contains(words));
  }

  @Test
  void makesAHostReservable() {
    host.named("nc01")
        .with("node_type", "compute_skylake")
        .with("placement", Map.of("rack", "r1", "node", "n7"))
        .with("su_factor", 2);

    reservable();

    assertThat(stored())
        .containsEntry("uid", host.uid())
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
  void sendsNothingThatIsNotThereAndTheDeclaredFactor() {
    reservable();

    assertThat(stored())
        .containsEntry("su_factor", "1.0")
        .doesNotContainKeys("node_type", "placement.rack", "placement.node");
  }

  @Test
  void anUnchangedHostIsNotWritten() {
    host.available(FIVE, SIX);
    reservable();

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);
    site.clock.advance(Duration.ofMinutes(2));
    assertThat(host.routine(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.writes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "node_type, storage, node_type, storage",
    "su_factor, 3.5, su_factor, 3.5",
    "cpu_arch, aarch64, cpu_arch, aarch64",
    "authorized_projects_reason, ours, restricted_reason, ours"
  })
  void changesWhatIsThereEvenWhileLeased(
      String property, String value, String stored, String expected) {
    host.with("node_type", "compute").with("authorized_projects_reason", "before");
    host.available(FIVE, SIX);
    reservable();

    Object typed = property.equals("su_factor") ? (Object) Double.valueOf(value) : value;
    assertThat(host.with(property, typed).requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry(stored, expected);
  }

  @Test
  void takesAwayWhatIsNotWantedAnyMore() {
    host.with("node_type", "compute");
    reservable();

    assertThat(host.without("node_type").requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).doesNotContainKey("node_type").containsEntry("vcpus", "1");
  }

  @Test
  void givesAnAdoptedHostTheUidThatLeasesNeed() {
    reservable();
    site.blazar.removeCapability(host.uid(), "uid");
    host.forgetful(Map.of()).available(FIVE, SIX);
    site.restart();

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("uid", host.uid());
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void leasesAndMovesAHost() {
    ReservationWindow window = host.available(FIVE, SIX);
    reservable();
    host.changed(window, FIVE, SIX.plusSeconds(3600));

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.blazar.leases("availability_window_" + window.uuid()))
        .containsExactly("PENDING " + FIVE + " " + SIX.plusSeconds(3600));
  }

  @Test
  void waitsWithoutARequestForAHostThatIronicDoesNotKnow() {
    host.following("ironic", Map.of("refused", "no such driver"));

    assertDefers(host.requested(worker()), "Ironic");
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void waitsForAHypervisorThatNovaDoesNotKnow() {
    Enrolled other = Enrolled.aHost();

    assertDefers(other.requested(worker()), "not there yet");
  }

  @Test
  void waitsForPlacement() {
    site.blazar
        .faults()
        .add(
            Fault.on("POST", "/v1/os-hosts")
                .answering(500, "{\"error_message\":\"No such resource provider 1.\"}")
                .once());

    assertDefers(host.requested(worker()), "No such resource provider");
    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void waitsWhileInstancesRunOnIt() {
    site.blazar.occupy(host.uid(), true);
    assertDefers(host.requested(worker()), "instances run");

    site.blazar.occupy(host.uid(), false);
    reservable();
    site.blazar.occupy(host.uid(), true);
    assertDefers(host.deleted().requested(worker()), "instances run");

    site.blazar.occupy(host.uid(), false);
    assertThat(host.requested(worker())).isInstanceOf(Outcome.Gone.class);
  }

  @Test
  void namesWhatAnEarlierCreationLeftBehind() {
    site.blazar.leaveProviderBehind(host.uid());

    assertThat(host.requested(worker()))
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .satisfies(
            failed -> assertThat(failed.message()).contains("reservation provider", host.uid()));
  }

  @Test
  void whatWasDeletedBehindOurBackIsMadeAnew() {
    reservable();
    site.blazar.forget(host.uid());

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(host.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  @Test
  void aDeletedHostLeavesNothingBehind() {
    host.available(FIVE, SIX);
    reservable();

    assertThat(host.deleted().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(host.requested(worker())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(site.blazar.resources(host.uid())).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
  }

  @Test
  void deletingWhatNeverExistedIsDone() {
    assertThat(host.deleted().requested(worker())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void saysThatABlazarWithoutHostsCannotLeaseThem() {
    site.blazar.serveHosts(false);
    host.available(FIVE, SIX);

    assertThat(host.requested(worker()))
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
    host.available(FIVE, SIX);
    site.blazar.clashOn("cpu_arch");
    Fault fault = Fault.on(method, path).dropping().once();
    site.blazar.faults().add(done ? fault.afterTheWork() : fault);
    assertThat(
            catchThrowableOfType(
                BackendException.class,
                () -> assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class)))
        .isNotNull();
    host.forgetful(Map.of());
    site.restart();

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Synced.class);
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
      Enrolled one = Enrolled.aHost();
      site.blazar.addHypervisor(one.uid());
      one.available(FIVE, SIX);
      site.restart();
      site.blazar
          .faults()
          .add(Fault.on(method, path).answering(status, "{\"error_message\":\"no\"}"));

      try {
        assertThat(one.requested(worker())).isNotInstanceOf(Outcome.Synced.class);
      } catch (BackendException refused) {
        assertThat(refused.status()).isEqualTo(status);
      }

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.requested(worker())).isInstanceOf(Outcome.Synced.class);
    }
  }
}

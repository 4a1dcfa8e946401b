package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.changed;
import static doni.worker.blazar.BlazarFixtures.joined;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leases of a device's windows. It is 04:00:30. */
class BlazarLeasesIT {

  private static final String IN_TRANSITION = "lease in transition in Blazar; retrying in 15 s";

  private final BlazarSite site = new BlazarSite();
  private final HardwareFixture device = aDevice();

  @BeforeEach
  void join() {
    site.nodes.join(node(device));
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Worker worker() {
    return site.devices();
  }

  private ReservationWindow leased(String start, String end) {
    ReservationWindow window = available(device, at(start), at(end));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
    return window;
  }

  private void synced() {
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
  }

  private List<String> leases(ReservationWindow window) {
    return site.blazar.leases("availability_window_" + window.uuid());
  }

  private static String lease(String status, String start, String end) {
    return status + " " + at(start) + " " + at(end);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-11-23T" + time + (time.length() == 5 ? ":00Z" : "Z"));
  }

  private static void assertDefers(Outcome outcome, @Nullable Duration after, String reason) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(after, Outcome.Deferred::after)
        .satisfies(deferred -> assertThat(deferred.reason()).isEqualTo(reason));
  }

  private static String notLeased(ReservationWindow window, String why) {
    return "window %s not leased: %s; next attempt in 10 min".formatted(window.uuid(), why);
  }

  private static Duration refused() {
    return Duration.ofMinutes(10);
  }

  private static Duration transition() {
    return Duration.ofSeconds(15);
  }

  @Test
  void leasesAWindowToTheMinute() {
    ReservationWindow window = leased("05:00:59", "06:00:01");

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
    assertThat(device.details().get("leases"))
        .asInstanceOf(type(Map.class))
        .satisfies(leases ->
            assertThat(leases.containsKey("availability_window_" + window.uuid())).isTrue());
    assertThat(device.planned(worker())).isEmpty();
  }

  @Test
  void leasesABegunWindowFromNowOn() {
    ReservationWindow window = leased("03:00", "06:00");

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
    synced();
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void aWindowThatIsOverIsNotLeased() {
    ReservationWindow window = leased("02:00", "03:00");

    assertThat(leases(window)).isEmpty();
  }

  @Test
  void movesAPendingLease() {
    ReservationWindow window = leased("05:00", "06:00");

    changed(device, window, at("04:30"), at("07:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "04:30", "07:00"));
    assertThat(site.writes()).hasSize(1);
  }

  @Test
  void aWindowThatIsMovedIntoThePastBeginsNow() {
    ReservationWindow window = leased("05:00", "06:00");

    changed(device, window, at("03:00"), at("06:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
  }

  @Test
  void movesTheEndOfARunningLease() {
    ReservationWindow window = leased("03:00", "06:00");

    changed(device, window, at("03:00"), at("07:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "07:00"));
  }

  @Test
  void aRunningLeaseIsReplacedToStartLater() {
    ReservationWindow window = leased("03:00", "06:00");

    changed(device, window, at("05:00"), at("06:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void aRunningLeaseIsNotReplacedWhileTheNodeIsMissing() {
    ReservationWindow window = leased("03:00", "06:00");
    device.withDependency("k8s", Map.of());

    changed(device, window, at("05:00"), at("06:00"));
    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(window, "its lease has started, and can only be replaced while the node exists"));

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
  }

  @Test
  void continuesAReplacementThatFailedHalfWay() {
    ReservationWindow window = leased("03:00", "06:00");
    changed(device, window, at("05:00"), at("06:00"));
    site.blazar.faults().add(Fault.on("POST", "/v1/leases").answering(500, "{}").once());
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Failed.class);
    assertThat(leases(window)).isEmpty();

    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void endsTheLeaseOfARemovedWindow() {
    ReservationWindow window = leased("03:00", "06:00");

    device.withoutWindow(window);
    synced();

    assertThat(leases(window)).isEmpty();
    assertThat(device.details()).doesNotContainKey("leases");
  }

  @Test
  void deletesALeaseThatIsOver() {
    ReservationWindow window = leased("03:00", "05:00");
    site.clock.advance(Duration.ofHours(2));
    assertThat(leases(window)).containsExactly(lease("TERMINATED", "04:00", "05:00"));

    assertThat(device.scheduled(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(leases(window)).isEmpty();
    assertThat(device.scheduled(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
    assertThat(device.scheduled(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.calls().total()).isZero();
  }

  @Test
  void deletesAnEndedLeaseThatIsNotRecorded() {
    ReservationWindow window = leased("03:00", "05:00");
    device.details().clear();
    device.withoutWindow(window);
    site.clock.advance(Duration.ofHours(2));
    site.restart();

    synced();

    assertThat(leases(window)).isEmpty();
  }

  @Test
  void replacesABrokenLeaseWhenTheNodeIsBack() {
    ReservationWindow window = leased("05:00", "07:00");
    site.nodes.leave(node(device));
    site.clock.advance(Duration.ofHours(2));
    assertThat(leases(window)).containsExactly(lease("ERROR", "05:00", "07:00"));
    site.nodes.join(node(device));

    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "06:00", "07:00"));
  }

  @Test
  void adoptsALeaseThatIsNotRecorded() {
    ReservationWindow window = leased("05:00", "06:00");
    device.details().clear();
    site.restart();

    synced();

    assertThat(site.writes()).isEmpty();
    assertThat(leases(window)).hasSize(1);
  }

  @Test
  void restoresADeletedLease() {
    ReservationWindow window = leased("05:00", "06:00");
    site.blazar.forgetLeases();
    site.clock.advance(Duration.ofMinutes(2));

    assertThat(device.scheduled(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void takesNoTimeOfAnotherLease() throws IOException, InterruptedException {
    ReservationWindow window = leased("05:00", "06:00");
    site.leaseByAlice(uid(device), "2026-11-23 06:00", "2026-11-23 07:00");

    changed(device, window, at("05:00"), at("06:30"));
    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(
            window,
            "reserved by another lease from %s to %s; its lease from %s to %s stays"
                .formatted(at("06:00"), at("07:00"), at("05:00"), at("06:00"))));

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsKey("refused_windows");
  }

  @Test
  void aRefusedWindowStopsNoOther() throws IOException, InterruptedException {
    leased("05:00", "06:00");
    site.leaseByAlice(uid(device), "2026-11-23 07:00", "2026-11-23 08:00");
    int trusts = site.blazar.trusts();

    ReservationWindow taken = available(device, at("07:30"), at("09:00"));
    ReservationWindow free = available(device, at("10:00"), at("11:00"));
    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(taken, "reserved by another lease from " + at("07:00") + " to " + at("08:00")));

    assertThat(leases(free)).hasSize(1);
    assertThat(leases(taken)).isEmpty();
    // No request for the refused one: each refusal would leave a trust in Keystone.
    assertThat(site.blazar.trusts()).isEqualTo(trusts + 1);
  }

  @Test
  void aWindowAgainstTheSitesRulesStopsNoOther() {
    site.blazar.longestLease(Duration.ofHours(2));
    ReservationWindow tooLong = available(device, at("05:00"), at("09:00"));
    ReservationWindow right = available(device, at("10:00"), at("11:00"));

    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(
            tooLong,
            "Lease duration of so many seconds must be less than or equal to the maximum"));

    assertThat(leases(right)).hasSize(1);
  }

  @Test
  void ofTwoWindowsAtTheSameTimeOneIsRefused() {
    available(device, at("05:00"), at("06:00"));
    ReservationWindow second = available(device, at("05:30"), at("07:00"));

    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(second, "reserved by another window from " + at("05:00") + " to " + at("06:00")));

    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aWindowMayTakeTheTimeThatAnotherOneLeaves() {
    ReservationWindow first = leased("05:00", "07:00");

    changed(device, first, at("05:00"), at("06:00"));
    ReservationWindow second = available(device, at("06:00"), at("08:00"));
    synced();

    assertThat(leases(second)).containsExactly(lease("PENDING", "06:00", "08:00"));
  }

  @Test
  void requestsNoLeaseOfADeviceThatIsNotReservable() {
    leased("05:00", "06:00");
    site.blazar.reservable(node(device), false);
    ReservationWindow window = available(device, at("07:00"), at("08:00"));

    assertDefers(
        device.attempted(worker()),
        refused(),
        notLeased(window, "Blazar reports the device as not reservable"));
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsEntry("reservable", false);
    device.withoutWindow(window);
    synced();
    assertThat(device.details()).containsEntry("reservable", false);
  }

  @Test
  void retriesSoonDuringATransition() {
    ReservationWindow window = leased("05:00", "06:00");
    String name = "availability_window_" + window.uuid();
    site.blazar.leaseStatus(name, "PENDING", true);
    device.withoutWindow(window);

    assertDefers(device.attempted(worker()), transition(), IN_TRANSITION);
    site.blazar.leaseStatus(name, "PENDING", false);
    synced();

    assertThat(leases(window)).isEmpty();
    assertThat(device.details()).doesNotContainKeys("lease_refusals", "wedged_leases");
  }

  /** Blazar would wedge it: the answer is 500, and 500 for ever after. */
  @Test
  void aStartedLeaseIsNotEndedWhileItsNodeIsMissing() {
    ReservationWindow window = leased("03:00", "06:00");
    site.nodes.leave(node(device));
    device.withDependency("k8s", Map.of("node_name", node(device), "node_generation", 1));
    device.withoutWindow(window);

    for (int attempt = 0; attempt < 4; attempt++) {
      assertDefers(
          device.attempted(worker()),
          null,
          "Blazar can end availability_window_%s only while node %s exists; waiting for the node"
              .formatted(window.uuid(), node(device)));
    }
    assertThat(site.writes()).isEmpty();
    assertThat(device.details())
        .containsKey("leases")
        .doesNotContainKeys("wedged_leases", "lease_refusals");

    site.nodes.join(node(device));
    joined(device);
    synced();
    assertThat(leases(window)).isEmpty();
    assertThat(device.details()).doesNotContainKeys("leases", "wedged_leases");
  }

  @Test
  void aDeletedDeviceWaitsForTheEndOfAStartedLeaseWhoseNodeIsMissing() {
    ReservationWindow window = leased("03:00", "06:00");
    site.nodes.leave(node(device));
    device.withDependency("k8s", Map.of("node_name", node(device), "node_generation", 1));

    assertDefers(
        device.deleted().attempted(worker()),
        null,
        "Blazar can end availability_window_%s only while node %s exists; waiting for the node, or for the end of the lease at %s"
            .formatted(window.uuid(), node(device), at("06:00")));
    assertThat(site.writes()).isEmpty();
    assertThat(device.planned(worker())).isEmpty();

    site.clock.advance(Duration.ofHours(3));
    for (int attempt = 0; attempt < 3; attempt++) {
      var _ = device.attempted(worker());
    }
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.resources(node(device))).isEmpty();
  }

  /** The k8s worker has not noticed yet that the Node is gone. */
  @Test
  void leavesAWedgedLeaseAlone() {
    ReservationWindow window = leased("03:00", "06:00");
    site.nodes.leave(node(device));
    device.withoutWindow(window);

    assertDefers(device.attempted(worker()), transition(), IN_TRANSITION);
    assertDefers(device.attempted(worker()), transition(), IN_TRANSITION);
    assertThat(device.attempted(worker()))
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes().toString()).contains("left alone"));
    assertThat(device.details()).containsKey("wedged_leases");
    site.blazar.calls().clear();

    synced();
    assertThat(site.writes()).isEmpty();
    assertThat(device.deleted().attempted(worker())).isInstanceOf(Outcome.Gone.class);
  }

  @Test
  void endsAPendingLeaseThoughTheNodeIsMissing() {
    ReservationWindow window = leased("05:00", "06:00");
    site.nodes.leave(node(device));

    device.withoutWindow(window);
    synced();

    assertThat(leases(window)).isEmpty();
  }

  @Test
  void doesNotTouchLeasesOfOthers() throws IOException, InterruptedException {
    leased("05:00", "06:00");
    site.leaseByAlice(uid(device), "2026-11-23 07:00", "2026-11-23 08:00");

    synced();
    assertThat(device.deleted().attempted(worker())).isInstanceOf(Outcome.Deferred.class);

    assertThat(site.blazar.leases("of alice")).hasSize(1);
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void startsNowWhereBlazarsClockIsAhead() {
    ReservationWindow window = available(device, at("04:01"), at("06:00"));
    site.blazar
        .faults()
        .add(
            Fault.on("POST", "/v1/leases")
                .answering(
                    400, "{\"error_message\":\"Start date must be later than current date\"}")
                .once());

    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
  }
}

package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.enrollment.ReservationWindow;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a device's windows in Blazar. It is half a minute past four in the morning. */
class LeasesIT {

  private final BlazarSite site = new BlazarSite();
  private final Enrolled device = Enrolled.aDevice();

  @BeforeEach
  void join() {
    site.nodes.join(device.node());
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Worker worker() {
    return site.devices();
  }

  private ReservationWindow leased(String start, String end) {
    ReservationWindow window = device.available(at(start), at(end));
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
    return window;
  }

  private void synced() {
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
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

  private static void assertDefers(Outcome outcome, Duration after, String... words) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(after, Outcome.Deferred::after)
        .satisfies(deferred -> assertThat(deferred.reason()).contains(words));
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
  void leasesAWindowThatHasBegunFromNowOn() {
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
  void movesALeaseThatIsToCome() {
    ReservationWindow window = leased("05:00", "06:00");

    device.changed(window, at("04:30"), at("07:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "04:30", "07:00"));
    assertThat(site.writes()).hasSize(1);
  }

  @Test
  void aWindowThatIsMovedIntoThePastBeginsNow() {
    ReservationWindow window = leased("05:00", "06:00");

    device.changed(window, at("03:00"), at("06:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
  }

  @Test
  void movesTheEndOfARunningLease() {
    ReservationWindow window = leased("03:00", "06:00");

    device.changed(window, at("03:00"), at("07:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "07:00"));
  }

  @Test
  void aRunningLeaseThatIsToBeginLaterIsMadeAnew() {
    ReservationWindow window = leased("03:00", "06:00");

    device.changed(window, at("05:00"), at("06:00"));
    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void aRunningLeaseIsNotEndedToBeginLaterWhileTheNodeIsAway() {
    ReservationWindow window = leased("03:00", "06:00");
    device.following("k8s", Map.of());

    device.changed(window, at("05:00"), at("06:00"));
    assertDefers(device.requested(worker()), refused(), "takes the node to be there");

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "04:00", "06:00"));
  }

  @Test
  void goesOnBetweenTheTwoHalvesOfMakingALeaseAnew() {
    ReservationWindow window = leased("03:00", "06:00");
    device.changed(window, at("05:00"), at("06:00"));
    site.blazar.faults().add(Fault.on("POST", "/v1/leases").answering(500, "{}").once());
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Failed.class);
    assertThat(leases(window)).isEmpty();

    synced();

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void endsTheLeaseOfAWindowThatIsGone() {
    ReservationWindow window = leased("03:00", "06:00");

    device.unavailable(window);
    synced();

    assertThat(leases(window)).isEmpty();
    assertThat(device.details()).doesNotContainKey("leases");
  }

  @Test
  void tidiesALeaseThatIsOver() {
    ReservationWindow window = leased("03:00", "05:00");
    site.clock.advance(Duration.ofHours(2));
    assertThat(leases(window)).containsExactly(lease("TERMINATED", "04:00", "05:00"));

    assertThat(device.routine(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(leases(window)).isEmpty();
    assertThat(device.routine(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
    assertThat(device.routine(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.calls().total()).isZero();
  }

  @Test
  void tidiesAnEndedLeaseThatNobodyRemembers() {
    ReservationWindow window = leased("03:00", "05:00");
    device.forgetful(Map.of());
    device.unavailable(window);
    site.clock.advance(Duration.ofHours(2));
    site.restart();

    synced();

    assertThat(leases(window)).isEmpty();
  }

  @Test
  void makesABrokenLeaseAnewWhenTheNodeIsBack() {
    ReservationWindow window = leased("05:00", "07:00");
    site.nodes.leave(device.node());
    site.clock.advance(Duration.ofHours(2));
    assertThat(leases(window)).containsExactly(lease("ERROR", "05:00", "07:00"));
    site.nodes.join(device.node());

    synced();

    assertThat(leases(window)).containsExactly(lease("ACTIVE", "06:00", "07:00"));
  }

  @Test
  void adoptsALeaseThatNobodyRemembers() {
    ReservationWindow window = leased("05:00", "06:00");
    device.forgetful(Map.of());
    site.restart();

    synced();

    assertThat(site.writes()).isEmpty();
    assertThat(leases(window)).hasSize(1);
  }

  @Test
  void repairsALeaseThatSomebodyDeleted() {
    ReservationWindow window = leased("05:00", "06:00");
    site.blazar.forgetLeases();
    site.clock.advance(Duration.ofMinutes(2));

    assertThat(device.routine(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
  }

  @Test
  void doesNotTakeTimeThatSomebodyElseHas() throws IOException, InterruptedException {
    ReservationWindow window = leased("05:00", "06:00");
    site.leaseByAlice(device.uid(), "2026-11-23 06:00", "2026-11-23 07:00");

    device.changed(window, at("05:00"), at("06:30"));
    assertDefers(
        device.requested(worker()), refused(), window.uuid().toString(), "somebody else's lease");

    assertThat(leases(window)).containsExactly(lease("PENDING", "05:00", "06:00"));
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsKey("refused_windows");
  }

  @Test
  void aWindowThatCannotBeHadStopsNoOther() throws IOException, InterruptedException {
    leased("05:00", "06:00");
    site.leaseByAlice(device.uid(), "2026-11-23 07:00", "2026-11-23 08:00");
    int trusts = site.blazar.trusts();

    ReservationWindow taken = device.available(at("07:30"), at("09:00"));
    ReservationWindow free = device.available(at("10:00"), at("11:00"));
    assertDefers(device.requested(worker()), refused(), taken.uuid().toString());

    assertThat(leases(free)).hasSize(1);
    assertThat(leases(taken)).isEmpty();
    // The refused one is seen beforehand: each refusal would leave a trust in Keystone for good.
    assertThat(site.blazar.trusts()).isEqualTo(trusts + 1);
  }

  @Test
  void aWindowAgainstTheRulesOfTheSiteStopsNoOther() {
    site.blazar.longestLease(Duration.ofHours(2));
    ReservationWindow tooLong = device.available(at("05:00"), at("09:00"));
    ReservationWindow right = device.available(at("10:00"), at("11:00"));

    assertDefers(
        device.requested(worker()), refused(), tooLong.uuid().toString(), "Lease duration");

    assertThat(leases(right)).hasSize(1);
  }

  @Test
  void ofTwoWindowsAtTheSameTimeOneIsRefused() {
    device.available(at("05:00"), at("06:00"));
    ReservationWindow second = device.available(at("05:30"), at("07:00"));

    assertDefers(device.requested(worker()), refused(), second.uuid().toString(), "another window");

    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aWindowMayTakeTheTimeThatAnotherOneLeaves() {
    ReservationWindow first = leased("05:00", "07:00");

    device.changed(first, at("05:00"), at("06:00"));
    ReservationWindow second = device.available(at("06:00"), at("08:00"));
    synced();

    assertThat(leases(second)).containsExactly(lease("PENDING", "06:00", "08:00"));
  }

  @Test
  void doesNotAskForADeviceThatIsNotFit() {
    leased("05:00", "06:00");
    site.blazar.reservable(device.node(), false);
    device.available(at("07:00"), at("08:00"));

    assertDefers(device.requested(worker()), refused(), "not reservable");
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void comesBackSoonWhileBlazarIsAtWork() {
    ReservationWindow window = leased("05:00", "06:00");
    String name = "availability_window_" + window.uuid();
    site.blazar.leaseStatus(name, "PENDING", true);
    device.unavailable(window);

    assertDefers(device.requested(worker()), transition(), "at work");
    site.blazar.leaseStatus(name, "PENDING", false);
    synced();

    assertThat(leases(window)).isEmpty();
    assertThat(device.details()).doesNotContainKeys("lease_refusals", "wedged_leases");
  }

  @Test
  void leavesAWedgedLeaseAlone() {
    ReservationWindow window = leased("03:00", "06:00");
    site.nodes.leave(device.node());
    device.unavailable(window);

    assertDefers(device.requested(worker()), transition(), "at work");
    assertDefers(device.requested(worker()), transition(), "at work");
    assertThat(device.requested(worker()))
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes().toString()).contains("left alone"));
    assertThat(device.details()).containsKey("wedged_leases");
    site.blazar.calls().clear();

    synced();
    assertThat(site.writes()).isEmpty();
    assertThat(device.deleted().requested(worker())).isInstanceOf(Outcome.Gone.class);
  }

  @Test
  void aLeaseToComeIsEndedThoughTheNodeIsAway() {
    ReservationWindow window = leased("05:00", "06:00");
    site.nodes.leave(device.node());

    device.unavailable(window);
    synced();

    assertThat(leases(window)).isEmpty();
  }

  @Test
  void doesNotTouchLeasesOfOthers() throws IOException, InterruptedException {
    leased("05:00", "06:00");
    site.leaseByAlice(device.uid(), "2026-11-23 07:00", "2026-11-23 08:00");

    synced();
    assertThat(device.deleted().requested(worker())).isInstanceOf(Outcome.Deferred.class);

    assertThat(site.blazar.leases("of alice")).hasSize(1);
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aClockThatIsAheadIsAnsweredWithNow() {
    ReservationWindow window = device.available(at("04:01"), at("06:00"));
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

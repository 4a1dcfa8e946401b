package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import doni.convergence.HardwareFixture;
import doni.worker.Outcome;
import doni.worker.SharedNames;
import doni.worker.SiteListing;
import doni.worker.SiteListing.RecordedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is recorded of the leases of users, and how a change of them is noticed. It is 04:00:30. */
class BlazarUserLeasesIT {

  private static final String ALLOCATIONS = "/v1/devices/allocations";

  private final BlazarSite site = new BlazarSite();
  private final HardwareFixture device = aDevice();

  @BeforeEach
  void join() {
    site.nodes.join(node(device));
    assertThat(device.attempted(site.devices())).isInstanceOf(Outcome.Synced.class);
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void leasesOfUsersAreRecordedWithoutTheirNamesAndProjects() throws Exception {
    site.leaseByAlice(uid(device), "2026-11-24 09:00", "2026-11-24 17:30");
    site.leaseByAlice(uid(device), "2026-11-23 09:00", "2026-11-23 10:00");
    available(device, Instant.parse("2026-11-25T09:00:00Z"), Instant.parse("2026-11-25T10:00:00Z"));
    nextMinute();

    assertThat(device.attempted(site.devices())).isInstanceOf(Outcome.Synced.class);

    assertThat(recorded())
        .extracting(
            lease -> lease.get(SharedNames.LEASE_START),
            lease -> lease.get(SharedNames.LEASE_END),
            lease -> lease.get(SharedNames.LEASE_STATUS))
        .containsExactly(
            tuple("2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z", "pending"),
            tuple("2026-11-24T09:00:00Z", "2026-11-24T17:30:00Z", "pending"));
    assertThat(recorded()).allSatisfy(lease -> assertThat(lease).hasSize(4));
    assertThat(device.details().toString())
        .doesNotContain("of alice", site.keystone.user("alice").project().id());
  }

  /** One listing of the bookings a minute, whatever the number of devices and leases. */
  @Test
  void aLeaseThatBeginsAndEndsDiffersFromTheListingUntilItIsRecorded() throws Exception {
    assertThat(listing().differs(recordedDevice())).isFalse();

    site.leaseByAlice(uid(device), "2026-11-23 04:10", "2026-11-23 05:00");
    assertDiffersOnce("pending");
    site.clock.advance(Duration.ofMinutes(10));
    assertThat(site.blazar.leases("of alice")).isNotEmpty();
    assertDiffersOnce("active");
    site.clock.advance(Duration.ofHours(1));
    assertThat(site.blazar.leases("of alice")).isNotEmpty();
    nextMinute();
    assertThat(listing().differs(recordedDevice())).isTrue();
    device.attempted(site.devices());

    assertThat(device.details()).doesNotContainKey(SharedNames.USER_LEASES);
    assertThat(listing().differs(recordedDevice())).isFalse();
  }

  private void assertDiffersOnce(String status) {
    nextMinute();
    site.blazar.calls().clear();
    assertThat(listing().differs(recordedDevice())).isTrue();
    assertThat(site.reads()).containsEntry(ALLOCATIONS, 1L).hasSize(2);

    site.blazar.calls().clear();
    assertThat(device.scheduled(site.devices())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.reads()).isEmpty();
    assertThat(recorded())
        .singleElement()
        .satisfies(lease -> assertThat(lease).containsEntry(SharedNames.LEASE_STATUS, status));
    assertThat(listing().differs(recordedDevice())).isFalse();
    assertThat(site.writes()).isEmpty();
  }

  private void nextMinute() {
    site.clock.advance(Duration.ofMinutes(1));
  }

  private SiteListing listing() {
    return site.devices().listSite().orElseThrow();
  }

  private RecordedDevice recordedDevice() {
    return new RecordedDevice(device.hardware().id(), device.hardware().name(), device.details());
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> recorded() {
    return (List<Map<String, Object>>)
        Objects.requireNonNull(device.details().get(SharedNames.USER_LEASES));
  }
}

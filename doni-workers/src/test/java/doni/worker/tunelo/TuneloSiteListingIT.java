package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.Outcome;
import doni.worker.SiteListing;
import doni.worker.SiteListing.RecordedDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One listing of all channels, compared with what is recorded for all devices. */
class TuneloSiteListingIT {

  private final TuneloSite site = new TuneloSite(Duration.ofMillis(1));
  private final SimulatedTunelo tunelo = site.tunelo();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void theLossOfAHubIsKnownForAllDevicesWithTwoListingsAMinute() {
    List<EdgeDevice> devices = enrolled(500);
    SiteListing before = nextListing().orElseThrow();
    assertThat(devices).noneMatch(device -> before.differs(recorded(device)));

    tunelo.loseHubs();
    tunelo.calls().clear();
    SiteListing after = nextListing().orElseThrow();
    assertThat(devices).allMatch(device -> after.differs(recorded(device)));
    // Each of them is due at once, and again after half a minute.
    for (int attempt = 0; attempt < 2; attempt++) {
      devices.forEach(
          device -> assertThat(site.swept(device)).isInstanceOf(Outcome.Deferred.class));
      site.clock().advance(Duration.ofSeconds(30));
    }

    assertThat(tunelo.calls().count("GET", "/channels")).isLessThanOrEqualTo(2);
    assertThat(tunelo.calls().writes()).isZero();
    assertThat(devices).noneMatch(device -> after.differs(recorded(device)));
  }

  @Test
  void aDeletedChannelDiffers() {
    EdgeDevice device = site.steady(1);
    EdgeDevice other = site.steady(2);
    tunelo.remove(device.uuid("user"));

    SiteListing listing = nextListing().orElseThrow();

    assertThat(listing.differs(recorded(device))).isTrue();
    assertThat(listing.differs(recorded(other))).isFalse();
  }

  @Test
  void anIncompleteListingIsNotCompared() {
    site.steady(1);
    tunelo.oddPort(true);

    assertThat(nextListing()).isEmpty();
  }

  private Optional<SiteListing> nextListing() {
    site.clock().advance(Duration.ofMinutes(1));
    return site.worker().listSite();
  }

  private List<EdgeDevice> enrolled(int count) {
    tunelo.widenSubnet();
    List<EdgeDevice> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] key = new byte[32];
      key[0] = (byte) (i + 9);
      key[1] = (byte) ((i + 9) >> 8);
      key[31] = 1;
      EdgeDevice device = site.enroll().with("user", Base64.getEncoder().encodeToString(key));
      assertThat(site.swept(device)).isInstanceOf(Outcome.Synced.class);
      devices.add(device);
    }
    return devices;
  }

  private static RecordedDevice recorded(EdgeDevice device) {
    return new RecordedDevice(device.id(), device.hardware().name(), device.details());
  }
}

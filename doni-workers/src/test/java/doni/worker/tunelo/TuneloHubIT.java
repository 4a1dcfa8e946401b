package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Fault;
import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TuneloHubIT {

  private final TuneloSite site = new TuneloSite();
  private final SimulatedTunelo tunelo = site.tunelo();

  @AfterEach
  void close() {
    site.close();
  }

  private static Outcome.Deferred deferred(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Deferred.class);
    return (Outcome.Deferred) outcome;
  }

  private static Outcome.Failed failed(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return (Outcome.Failed) outcome;
  }

  @Test
  void waitsForAHubThatIsNotReadyWithoutAWrite() {
    tunelo.newHubsAreReady(false);
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(deferred(site.requested(device)).after()).isEqualTo(Duration.ofSeconds(10));
    assertThat(device.uuid("user")).isEqualTo(tunelo.channels().getFirst());
    assertThat(String.valueOf(device.reported("user").orElseThrow().get("ip"))).startsWith("10.");
    tunelo.calls().clear();

    assertThat(deferred(site.requested(device)).after()).isEqualTo(Duration.ofSeconds(10));
    site.clock().advance(Duration.ofMinutes(5));
    assertThat(deferred(site.requested(device)).after()).isNull();
    assertThat(tunelo.calls().writes()).isZero();

    tunelo.makeHubsReady();
    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(String.valueOf(device.reported("user"))).contains("192.0.2.10:51820");
    assertThat(device.details()).doesNotContainKey("hub_awaited_since");
  }

  @Test
  void rebuildsAChannelThatIsSeenWithoutAHubTwice() {
    EdgeDevice device = site.steady(1);
    String former = device.uuid("user");
    tunelo.loseHubs();
    tunelo.calls().clear();

    assertThat(deferred(site.scheduled(device)).after()).isEqualTo(Duration.ofSeconds(30));
    site.clock().advance(Duration.ofSeconds(11));
    assertThat(deferred(site.swept(device)).after()).isEqualTo(Duration.ofSeconds(19));
    assertThat(tunelo.calls().writes()).isZero();

    assertThat(site.scheduled(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels()).containsExactly(device.uuid("user")).doesNotContain(former);
    assertThat(device.details()).doesNotContainKey("hub_lost_since");
  }

  @Test
  void pausesWhenManyChannelsHaveLostTheirHubAndThenGoesOnSlowly() {
    List<EdgeDevice> devices = new ArrayList<>();
    for (int i = 1; i <= 25; i++) {
      devices.add(site.steady(i));
    }
    site.clock().advance(Duration.ofMinutes(1));
    tunelo.loseHubs();
    devices.forEach(device -> deferred(site.swept(device)));
    tunelo.calls().clear();
    site.clock().advance(Duration.ofSeconds(31));

    devices.forEach(device -> deferred(site.swept(device)));
    assertThat(tunelo.calls().writes()).isZero();
    assertThat(site.gauge("doni.tunelo.rebuilds.paused")).isEqualTo(25);

    site.clock().advance(Duration.ofSeconds(90));
    List<Outcome> first = devices.stream().map(site::swept).toList();
    assertThat(first).filteredOn(Outcome.Synced.class::isInstance).hasSize(1);
    site.clock().advance(Duration.ofSeconds(6));
    List<Outcome> second = devices.stream().map(site::swept).toList();
    assertThat(second).filteredOn(Outcome.Synced.class::isInstance).hasSize(2);
    assertThat(site.gauge("doni.tunelo.rebuilds.paused")).isEqualTo(23);
  }

  @Test
  void waitsWhileNoHubCanBeMade() {
    tunelo.agents(false);
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(deferred(site.requested(device)).reason())
        .isEqualTo(
            "user: Tunelo's network is not ready: Could not find any hosts running wireguard agent.");

    tunelo.agents(true);
    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void makesOneHubHoweverManyDevicesComeAtOnce() throws Exception {
    tunelo.faults().add(Fault.on("POST", "/channels").delayed(Duration.ofMillis(20)));
    List<EdgeDevice> devices = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      devices.add(site.enroll().with("user", key(i)));
    }

    List<Future<Outcome>> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (EdgeDevice device : devices) {
        outcomes.add(threads.submit(() -> site.requested(device)));
      }
    }

    for (Future<Outcome> outcome : outcomes) {
      assertThat(outcome.get()).isInstanceOf(Outcome.Synced.class);
    }
    assertThat(tunelo.hubs()).hasSize(1);
    assertThat(tunelo.channels()).hasSize(8);
  }

  @Test
  void saysAtTheFirstFailureWhatMayBeExhausted() {
    tunelo.quotaUsedUp(true);
    EdgeDevice device = site.enroll().with("user", key(1));

    for (int i = 1; i <= 2; i++) {
      assertThat(failed(site.requested(device)))
          .returns(true, Outcome.Failed::retryable)
          .returns(
              "tunelo answered 500: An unknown error occurred. (POST /channels) (creation of channel user; check"
                  + " the project's port quota in Neutron and the free addresses of the subnet)",
              Outcome.Failed::message);
    }
    assertThat(device.details()).containsEntry("failed_creations", 2);

    tunelo.quotaUsedUp(false);
    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).doesNotContainKeys("failed_creations", "unsettled_keys");
    assertThat(tunelo.channels()).hasSize(1);
  }

  @Test
  void createsNothingWhileTheListIsBrokenButKeepsWhatIsRecorded() {
    EdgeDevice steady = site.steady(1);
    EdgeDevice fresh = site.enroll().with("user", key(2));
    tunelo.oddPort(true);
    tunelo.calls().clear();

    assertThat(site.scheduled(steady)).isInstanceOf(Outcome.Synced.class);
    assertThat(deferred(site.requested(fresh)).reason())
        .isEqualTo(
            "user: not created while Tunelo cannot list its channels (Channel type 'other' is not supported.)");

    steady.with("user", key(3));
    assertThat(site.requested(steady)).isInstanceOf(Outcome.Deferred.class);
    assertThat(tunelo.calls().writes()).isZero();
  }

  @Test
  void failsWhenTheSubnetBelongsToAnotherProject() {
    EdgeDevice device = site.enroll().with("user", key(1));
    tunelo
        .faults()
        .add(
            Fault.on("POST", "/channels")
                .answering(400, "{\"error\":\"Subnet S is not associated with project P\"}"));

    assertThat(site.requestedOrThrown(device))
        .contains("400", "Subnet S is not associated with project P");
  }
}

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

import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
import doni.worker.Outcome;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The creation, the leases and the deletion of a device in a real Blazar. */
@EnabledIfEnvironmentVariable(named = OnRealBlazarDevice.BLAZAR_URL, matches = ".+")
class RealBlazarDeviceIT extends OnRealBlazarDevice {

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
    assertThat(labelled(node(device))).hasValue(stored().getFirst().id());
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

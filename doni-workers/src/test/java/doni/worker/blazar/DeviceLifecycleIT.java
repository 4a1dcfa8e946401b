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
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The creation, adoption, renaming and deletion of a device in Blazar. */
class DeviceLifecycleIT extends OnBlazarDevice {

  @Test
  void waitsWithoutARequestForADeviceThatHasNotJoined() {
    device.withDependency("k8s", Map.of("num_labels", 2));

    assertDefers(
        device.attempted(worker()),
        "device not joined; waiting for Kubernetes node " + node(device));
    assertThat(site.writes()).isEmpty();
    assertThat(site.blazar.trusts()).isZero();
  }

  @Test
  void waitsForANodeThatBlazarDoesNotFind() {
    site.nodes.leave(node(device));

    assertDefers(
        device.withoutDependencies().attempted(worker()),
        "node %s not known to Blazar yet: Device '%s' not found!"
            .formatted(node(device), node(device)));
    assertThat(device.details()).doesNotContainKey("blazar_resource_id");
  }

  @Test
  void adoptsADeviceByItsUid() {
    reservable();
    device.details().clear();
    site.restart();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "uid"})
  void completesAHalfCreatedDevice(String key) {
    site.blazar.clashOn(key);

    Outcome outcome = device.attempted(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("model", "4B").containsEntry("uid", uid(device));
    assertThat(site.writes())
        .containsExactly("POST /v1/devices", "PUT /v1/devices/" + stored().get("id"));
  }

  @Test
  void aConflictOnANewPropertyIsRetried() {
    reservable();
    site.blazar.clashOn("gpu");
    device.withProperty("device_profiles", List.of("gpu", "camera"));

    assertDefers(
        device.attempted(worker()),
        "Blazar refuses to change gpu: Can't add extracapabilities ['gpu'] to Host %s; retrying"
            .formatted(stored().get("id")));
    assertThat(stored()).containsEntry("camera", "True");
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("gpu", "True");
  }

  @Test
  void aNameThatAnotherDeviceHasFails() {
    HardwareFixture other = joined(aDevice().named(node(device)));
    assertThat(other.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertFailsForNow(
        device.attempted(worker()),
        "name %s is taken by device %s with uid %s, and Blazar never releases a name; rename the device"
            .formatted(node(device), stored().get("id"), uid(other)));
    assertThat(site.blazar.resources(node(device))).hasSize(1);
    // Each refused creation would leave a trust in Keystone.
    assertThat(site.blazar.trusts()).isOne();
    assertThat(device.planned(worker())).isEmpty();
  }

  /** As a service leaves it that stops between the row and its properties. */
  @Test
  void aHalfCreatedDeviceOfUnknownOriginIsAdoptedWhenAnOperatorSetsItsUid() {
    reservable();
    Object id = stored().get("id");
    site.blazar.removeCapability(node(device), "uid");
    device.details().clear();
    site.restart();

    assertFailsForNow(
        device.attempted(worker()),
        "name %s is taken by device %s, which has no uid, as after a creation that failed half-way; set its uid to %s in Blazar to adopt it, or rename the device"
            .formatted(node(device), id, uid(device)));
    assertThat(site.writes()).isEmpty();

    site.blazar.setCapability(node(device), "uid", uid(device));
    site.clock.advance(Duration.ofMinutes(1));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).containsEntry("blazar_resource_id", id);
  }

  @Test
  void aNameThatADeletedDeviceHadFails() {
    reservable();
    site.blazar.forget(node(device));
    int trusts = site.blazar.trusts();
    String burnt =
        "name %s was used by a deleted device, and Blazar never releases a name; rename the device"
            .formatted(node(device));

    assertFailsForNow(device.attempted(worker()), burnt);
    assertFailsForNow(device.attempted(worker()), burnt);
    assertFailsForNow(device.scheduled(worker()), burnt);

    assertThat(site.blazar.trusts()).isEqualTo(trusts + 1);
    joined(device.named("Other-" + device.name()));
    site.nodes.join(node(device));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).doesNotContainKeys("burnt_name", "burnt_name_generation");
  }

  @Test
  void aDeletedDeviceIsCreatedAgainWhereItsNameIsFree() {
    site.blazar.uniqueNames(false);
    available(device, at("05:00"), at("06:00"));
    reservable();
    site.blazar.forget(node(device));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  /** Its id would make the k8s worker put Blazar's label back, and wait for it after a deletion. */
  @Test
  void aDeviceThatIsGoneIsForgottenThoughItCannotBeCreated() {
    reservable();
    site.blazar.forget(node(device));
    site.blazar
        .faults()
        .add(Fault.on("POST", "/v1/devices").answering(403, "{\"error_message\":\"no\"}").once());

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);

    assertThat(device.details()).doesNotContainKeys("blazar_resource_id", "resource_created_at");
  }

  @Test
  void keepsOneOfSeveralDevices() {
    site.blazar.uniqueNames(false);
    reservable();
    HardwareFixture twin = aDevice();
    site.nodes.join(node(twin));
    assertThat(twin.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.setCapability(node(twin), "uid", uid(device));
    device.details().clear();
    site.restart();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(node(device))).hasSize(1);
    assertThat(site.blazar.resources(node(twin))).isEmpty();
  }

  /** Also of a device of which nothing is recorded, for which older reservations would do. */
  @Test
  void deletesNoneOfSeveralDevicesThatAUserHasJustReserved() throws Exception {
    site.blazar.uniqueNames(false);
    reservable();
    HardwareFixture twin = aDevice();
    site.nodes.join(node(twin));
    assertThat(twin.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.leaseByAlice(uid(twin), "2026-11-23 09:00", "2026-11-23 10:00");
    site.blazar.setCapability(node(twin), "uid", uid(device));
    device.details().clear();
    site.clock.advance(Duration.ofSeconds(11));
    site.blazar.calls().clear();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);

    assertThat(site.blazar.calls().count("DELETE", "/v1/devices/.*")).isZero();
    assertThat(site.blazar.resources(node(twin))).hasSize(1);
  }

  @Test
  void aRenamedDeviceIsAnotherOne() {
    available(device, at("05:00"), at("06:00"));
    reservable();
    String former = node(device);
    joined(device.named("Renamed-" + former));
    site.nodes.join(node(device));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(stored()).containsEntry("uid", uid(device));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  /** The k8s worker still reports the Node of the former name when the rename gets here first. */
  @Test
  void aRenamedDeviceKeepsItsResourceUntilItsNewNodeIsReported() {
    ReservationWindow window = available(device, at("05:00"), at("06:00"));
    reservable();
    String former = node(device);
    Object resource = stored().get("id");
    Object leases = device.details().get("leases");
    device.named("Renamed-" + former);

    String waiting =
        "waiting for Kubernetes node %s; then device %s is replaced"
            .formatted(node(device), former);
    assertDefers(device.attempted(worker()), waiting);
    device.withDependency("k8s", Map.of("node_name", node(device), "node_generation", 1));
    assertDefers(device.attempted(worker()), waiting);

    assertThat(site.writes()).isEmpty();
    assertThat(site.blazar.resources(former)).hasSize(1);
    assertThat(device.details())
        .containsEntry("blazar_resource_id", resource)
        .containsEntry("leases", leases);

    changed(device, window, at("05:00"), at("07:00"));
    assertDefers(device.attempted(worker()), waiting);
    assertThat(site.writes()).singleElement().asString().startsWith("PUT /v1/leases/");
  }

  /** A report of an earlier generation may be of a time when another device had that Node. */
  @Test
  void aRenamedDeviceKeepsItsResourceUntilTheReportIsOfThePresentGeneration() {
    reservable();
    String former = node(device);
    device.named("Renamed-" + former);
    site.nodes.join(node(device));
    device.withDependency(
        "k8s", Map.of("node_uid", "n2", "node_name", node(device), "node_generation", 0));

    assertDefers(
        device.attempted(worker()),
        "waiting for Kubernetes node %s; then device %s is replaced"
            .formatted(node(device), former));

    assertThat(site.writes()).isEmpty();
  }

  @Test
  void aRenameThatIsUndoneChangesNothing() {
    available(device, at("05:00"), at("06:00"));
    reservable();
    String former = device.name();
    device.named("Typo-" + former);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);

    device.named(former);

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void aRenamedDeviceThatUsersHaveLeasedKeepsItsResourceAndItsLeases() throws Exception {
    available(device, at("05:00"), at("06:00"));
    reservable();
    String former = node(device);
    site.leaseByAlice(uid(device), "2026-11-23 07:00", "2026-11-23 08:00");
    joined(device.named("Renamed-" + former));
    site.nodes.join(node(device));

    assertDefers(
        device.attempted(worker()),
        "device %s reserved by a lease until 2026-11-23T08:00:00Z; then it is replaced by device %s"
            .formatted(former, node(device)));

    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsKey("leases");
    site.clock.advance(Duration.ofHours(5));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(stored()).containsEntry("uid", uid(device));
  }

  @Test
  void aRenamedDeviceKeepsItsResourceWhileAnotherOneHasTheNewName() {
    reservable();
    String former = node(device);
    HardwareFixture other = aDevice();
    site.nodes.join(node(other));
    assertThat(other.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
    String taken =
        "name %s is taken by device %s with uid %s, and Blazar never releases a name; rename the device"
            .formatted(node(other), other.details().get("blazar_resource_id"), uid(other));

    joined(device.named(node(other)));

    assertFailsForNow(device.attempted(worker()), taken);
    assertThat(site.writes()).isEmpty();
    assertThat(site.blazar.resources(former)).hasSize(1);
  }

  /** As while Kubernetes does not answer Blazar, or at a site without the k8s worker. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRenamedDeviceKeepsItsResourceUntilBlazarKnowsItsNode(boolean reported) {
    ReservationWindow window = available(device, at("05:00"), at("06:00"));
    renamable(reported);
    String former = device.name();
    Object resource = stored().get("id");
    Object leases = device.details().get("leases");
    rename("Renamed-" + former, reported);

    assertDefers(
        device.attempted(worker()),
        "waiting for Kubernetes node %s; then device %s is replaced"
            .formatted(node(device), former.toLowerCase(Locale.ROOT)));

    assertThat(site.writes()).containsExactly("POST /v1/devices");
    assertThat(device.details())
        .containsEntry("blazar_resource_id", resource)
        .containsEntry("leases", leases);
    site.blazar.calls().clear();
    changed(device, window, at("05:00"), at("07:00"));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    assertThat(site.writes())
        .satisfiesExactly(
            creation -> assertThat(creation).isEqualTo("POST /v1/devices"),
            move -> assertThat(move).startsWith("PUT /v1/leases/"));

    site.nodes.join(node(device));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(former.toLowerCase(Locale.ROOT))).isEmpty();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRenameToANodeThatBlazarDoesNotKnowCanBeUndone(boolean reported) {
    available(device, at("05:00"), at("06:00"));
    renamable(reported);
    String former = device.name();
    rename("Typo-" + former, reported);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    rename("Other-typo-" + former, reported);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    site.blazar.calls().clear();

    rename(former, reported);

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  /** The second name counts: Blazar has nothing of the first one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDeviceThatIsRenamedTwiceIsReplacedOnce(boolean reported) {
    renamable(reported);
    String former = node(device);
    rename("First-" + former, reported);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    rename("Second-" + former, reported);
    site.nodes.join(node(device));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("uid", uid(device));
    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(site.blazar.resources("first-" + former)).isEmpty();
  }

  /** The process ends between the creation of the new device and the end of the former one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReplacementThatStopsHalfWayIsFinished(boolean undone) {
    available(device, at("05:00"), at("06:00"));
    renamable(false);
    String former = device.name();
    Map<String, Object> before = new HashMap<>(device.details());
    rename("Renamed-" + former, false);
    String renamed = node(device);
    site.nodes.join(renamed);
    site.blazar.faults().add(Fault.on("DELETE", "/v1/leases/.*").dropping().once());
    assertThat(device.attempted(worker())).isNotInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(renamed)).hasSize(1);
    assertThat(device.details())
        .as("recorded until it is deleted")
        .containsEntry("blazar_resource_id", before.get("blazar_resource_id"));
    device.details().clear();
    device.details().putAll(before);
    site.restart();

    if (undone) {
      rename(former, false);
    }
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("uid", uid(device));
    assertThat(site.blazar.resources(undone ? renamed : former.toLowerCase(Locale.ROOT))).isEmpty();
    assertThat(site.blazar.leaseCount()).isOne();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  /** Blazar stores the device, but refuses one of its properties. */
  @ParameterizedTest
  @ValueSource(strings = {"model", "uid"})
  void aReplacementThatIsCreatedInPartIsCompleted(String key) {
    renamable(false);
    String former = node(device);
    rename("Renamed-" + former, false);
    site.nodes.join(node(device));
    site.blazar.clashOn(key);

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("model", "4B").containsEntry("uid", uid(device));
    assertThat(site.blazar.resources(former)).isEmpty();
  }

  /** For a moment Blazar has two devices with the uid, of which a user may get either. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyALeaseOfTheFormerDeviceDelaysItsEnd(boolean formerIsLeased) throws Exception {
    renamable(false);
    String former = node(device);
    rename("Renamed-" + former, false);
    site.nodes.join(node(device));
    site.blazar.faults().add(Fault.on("DELETE", "/v1/devices/.*").dropping().once());
    assertThat(device.attempted(worker())).isNotInstanceOf(Outcome.Synced.class);
    site.leaseByAlice(uid(device), "2026-11-23 07:00", "2026-11-23 08:00");
    site.leaseByAlice(uid(device), "2026-11-23 07:00", "2026-11-23 08:00");
    endLeaseOf(formerIsLeased ? node(device) : former);

    if (formerIsLeased) {
      assertDefers(
          device.attempted(worker()),
          "device %s reserved by a lease until 2026-11-23T08:00:00Z; then it is replaced by device %s"
              .formatted(former, node(device)));
      assertThat(stored()).containsEntry("uid", uid(device));
      endLeaseOf(former);
    }
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(site.blazar.leaseCount()).isEqualTo(formerIsLeased ? 0 : 1);
  }

  private void endLeaseOf(String node) {
    String id = site.blazar.resources(node).getFirst().get("id");
    BlazarClient client = site.client();
    client.bookings(ResourceKind.DEVICE).stream()
        .filter(booking -> booking.resourceId().equals(id))
        .forEach(booking -> BlazarBench.accepted(client.endLease(booking.leaseId())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"03:00", "05:00"})
  void aRenameMovesAWindowWithItsDevice(String start) {
    available(device, at(start), at("06:00"));
    renamable(false);
    site.clock.advance(Duration.ofMinutes(1));
    String former = node(device);
    rename("Renamed-" + former, false);
    site.nodes.join(node(device));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(site.blazar.leaseCount()).isOne();
  }

  /** Blazar stores the deletion first, and then fails to take its label from the Node. */
  @Test
  void aRenameReplacesADeviceWhoseFormerNodeIsGone() {
    available(device, at("05:00"), at("06:00"));
    renamable(false);
    String former = node(device);
    site.nodes.leave(former);
    rename("Renamed-" + former, false);
    site.nodes.join(node(device));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(stored()).containsEntry("uid", uid(device));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  /** Each refused creation leaves a trust in Keystone. */
  @Test
  void aRenameToTheNameOfADeletedDeviceIsRefusedOnce() {
    renamable(false);
    String former = node(device);
    rename("Burnt-" + former, false);
    site.nodes.join(node(device));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    int trusts = site.blazar.trusts();

    rename(former, false);
    String burnt =
        "name %s was used by a deleted device, and Blazar never releases a name; rename the device"
            .formatted(former);
    assertFailsForNow(device.attempted(worker()), burnt);
    assertFailsForNow(device.attempted(worker()), burnt);

    assertThat(site.blazar.trusts()).isEqualTo(trusts + 1);
    assertThat(site.blazar.resources("burnt-" + former)).hasSize(1);
  }

  private void renamable(boolean reported) {
    if (!reported) {
      device.withoutDependencies();
    }
    reservable();
  }

  private void rename(String name, boolean reported) {
    device.named(name);
    if (reported) {
      joined(device);
    }
  }

  @Test
  void aDeletedDeviceLeavesNothingBehind() {
    available(device, at("05:00"), at("06:00"));
    reservable();

    Outcome outcome = device.deleted().attempted(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Gone.class))
        .satisfies(gone -> assertThat(gone.changes()).hasSize(2));
    assertThat(site.blazar.resources(node(device))).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
    assertThat(site.writes())
        .satisfiesExactly(
            lease -> assertThat(lease).startsWith("DELETE /v1/leases/"),
            resource -> assertThat(resource).startsWith("DELETE /v1/devices/"));
  }

  @Test
  void aDeviceWithoutItsNodeIsDeletedAllTheSame() {
    reservable();
    site.nodes.leave(node(device));

    assertThat(device.deleted().attempted(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.resources(node(device))).isEmpty();
  }

  @Test
  void aDeviceThatUsersHaveLeasedWaits() throws Exception {
    reservable();
    site.leaseByAlice(uid(device), "2026-11-23 05:00", "2026-11-23 06:00");

    assertDefers(
        device.deleted().attempted(worker()),
        "device reserved by a lease until 2026-11-23T06:00:00Z; then it is deleted");
    assertThat(site.writes()).isEmpty();
    assertThat(device.planned(worker())).isEmpty();

    site.clock.advance(Duration.ofHours(3));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.leases("of alice")).hasSize(1);
  }
}

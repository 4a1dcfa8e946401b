package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.backend.BackendException;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a device in Blazar. */
class DeviceIT {

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

  private void reservable() {
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
  }

  private Map<String, String> stored() {
    List<Map<String, String>> all = site.blazar.resources(device.node());
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static void assertFails(Outcome outcome, String... words) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .satisfies(failed -> assertThat(failed.message()).contains(words));
  }

  private static void assertDefers(Outcome outcome, String... words) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).contains(words));
  }

  @Test
  void makesADeviceReservable() {
    Outcome outcome = device.with("device_profiles", List.of("gpu")).requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).hasSize(1));
    assertThat(stored())
        .containsEntry("uid", device.uid())
        .containsEntry("device_driver", "k8s")
        .containsEntry("device_type", "container")
        .containsEntry("machine_name", "raspberrypi4-64")
        .containsEntry("device_name", "Raspberry Pi 4")
        .containsEntry("vendor", "Raspberry Pi")
        .containsEntry("model", "4B")
        .containsEntry("platform_version", "2")
        .containsEntry("gpu", "True")
        .doesNotContainKeys("authorized_projects", "restricted_reason");
    assertThat(device.details())
        .containsEntry("blazar_resource_id", stored().get("id"))
        .containsEntry("resource_created_at", "2026-11-23 04:00:30");
  }

  @Test
  void aPlanWritesNothing() {
    assertThat(device.planned(worker())).hasSize(1);

    assertThat(site.writes()).isEmpty();
  }

  @Test
  void anUnchangedDeviceIsReadAndNotWritten() {
    reservable();

    assertThat(device.requested(worker()))
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).isEmpty());
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void aSweepReadsListsOnly() {
    List<Enrolled> fleet = IntStream.range(0, 20).mapToObj(_ -> Enrolled.aDevice()).toList();
    for (Enrolled one : fleet) {
      site.nodes.join(one.node());
      one.available(at("05:00"), at("06:00"));
      assertThat(one.requested(worker())).isInstanceOf(Outcome.Synced.class);
    }
    site.clock.advance(Duration.ofMinutes(2));
    site.blazar.calls().clear();

    assertThat(fleet)
        .allSatisfy(one -> assertThat(one.routine(worker())).isInstanceOf(Outcome.Synced.class));

    assertThat(site.reads()).isEqualTo(Map.of("/v1/devices", 1L, "/v1/devices/allocations", 1L));
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void manyEnrollmentsReadTheListOnce() {
    List<Enrolled> fleet = IntStream.range(0, 10).mapToObj(_ -> Enrolled.aDevice()).toList();
    site.blazar.calls().clear();
    for (Enrolled one : fleet) {
      site.nodes.join(one.node());
      assertThat(one.requested(worker())).isInstanceOf(Outcome.Synced.class);
    }

    assertThat(site.reads()).containsEntry("/v1/devices", 1L);
  }

  @Test
  void addsWhatIsNewEvenWhileLeased() {
    device.available(at("05:00"), at("06:00"));
    reservable();

    Outcome outcome = device.with("device_profiles", List.of("gpu")).requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("gpu", "True");
    assertThat(site.writes()).hasSize(1);
  }

  @Test
  void changesTheDriverAlways() {
    reservable();

    Outcome outcome = device.with("blazar_device_driver", "zun").requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("device_driver", "zun");
  }

  @ParameterizedTest
  @CsvSource({
    "machine_name, jetson-nano, vendor, NVIDIA",
    "authorized_projects_reason, lab only, restricted_reason, lab only"
  })
  void changesWhatIsThereWhereBlazarLets(
      String property, String value, String stored, String expected) {
    site.blazar.changeableCapabilities(true);
    device.with("authorized_projects_reason", "before");
    reservable();

    Outcome outcome = device.with(property, value).requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry(stored, expected);
  }

  @Test
  void takesAwayWhatIsNotWantedAnyMoreAndNothingElse() {
    site.blazar.changeableCapabilities(true);
    device.with("device_profiles", List.of("gpu")).with("authorized_projects_reason", "lab only");
    reservable();
    site.blazar.setCapability(device.node(), "foreign", "1");

    Outcome outcome =
        device.without("device_profiles").without("authorized_projects_reason").requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored())
        .doesNotContainKeys("gpu", "restricted_reason")
        .containsEntry("foreign", "1");
  }

  @Test
  void whatBlazarDoesNotChangeStopsNothingElse() {
    reservable();
    device.available(at("05:00"), at("06:00"));

    Outcome outcome =
        device
            .with("machine_name", "jetson-nano")
            .with("device_profiles", List.of("gpu"))
            .requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofHours(1), Outcome.Deferred::after)
        .satisfies(
            d -> assertThat(d.reason()).contains("device_name, machine_name, model, vendor"));
    assertThat(device.details())
        .containsEntry(
            "refused_properties", List.of("device_name", "machine_name", "model", "vendor"));
    assertThat(stored()).containsEntry("gpu", "True").containsEntry("vendor", "Raspberry Pi");
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void whatIsLeasedIsChangedWhenTheLeaseIsOver() {
    site.blazar.changeableCapabilities(true);
    var window = device.available(at("05:00"), at("06:00"));
    reservable();
    device.with("machine_name", "jetson-nano");

    assertDefers(device.requested(worker()), "resource type is not supported");
    device.unavailable(window);
    assertDefers(device.requested(worker()), "resource type is not supported");
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("vendor", "NVIDIA");
    assertThat(device.details()).doesNotContainKey("refused_properties");
  }

  @Test
  void repairsWhatSomebodyTookAway() {
    reservable();
    site.blazar.removeCapability(device.node(), "model");
    site.clock.advance(Duration.ofMinutes(2));

    Outcome outcome = device.routine(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).hasSize(1));
    assertThat(stored()).containsEntry("model", "4B");
  }

  @Test
  void authorizesProjectsByIdAndNameAndItsOwn() {
    String alice = site.keystone.user("alice").project().id();
    String bob = site.keystone.user("bob").project().id();

    device
        .with("authorized_projects", List.of("alice-proj", bob))
        .available(at("05:00"), at("06:00"));

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored().getOrDefault("authorized_projects", "").split(",", -1))
        .containsExactlyInAnyOrder(alice, bob, site.projectId());
    assertThat(device.planned(worker())).isEmpty();
  }

  @Test
  void anEmptyListOfProjectsMeansEverybody() {
    device.with("authorized_projects", List.of());
    reservable();

    assertThat(stored()).doesNotContainKey("authorized_projects");
  }

  @Test
  void aProjectThatNobodyKnowsIsNotDropped() {
    device.with("authorized_projects", List.of("alice-proj", "alcie-proj"));

    assertFails(device.requested(worker()), "'alcie-proj'");
    assertThat(site.writes()).isEmpty();
    assertThat(device.details())
        .extractingByKey("unknown_projects")
        .asString()
        .contains("alcie-proj");

    device.with("authorized_projects", List.of("alice-proj"));
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).doesNotContainKey("unknown_projects");
  }

  @Test
  void aProjectThatIsUnknownLaterKeepsTheListAndTheWindows() {
    device.with("authorized_projects", List.of("alice-proj"));
    reservable();
    String before = stored().getOrDefault("authorized_projects", "");
    device.with("authorized_projects", List.of("gone")).available(at("05:00"), at("06:00"));

    assertFails(device.requested(worker()), "'gone'");

    assertThat(stored()).containsEntry("authorized_projects", before);
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aProfileCannotHideWhatADeviceIs() {
    device.with("device_profiles", List.of("name", "vendor", "gpu"));

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("vendor", "Raspberry Pi").containsEntry("gpu", "True");
    assertThat(device.details())
        .containsEntry("ignored_device_profiles", List.of("name", "vendor"));
  }

  @Test
  void waitsWithoutARequestForADeviceThatHasNotJoined() {
    device.following("k8s", Map.of("num_labels", 2));

    assertDefers(device.requested(worker()), "join the cluster");
    assertThat(site.writes()).isEmpty();
    assertThat(site.blazar.trusts()).isZero();
  }

  @Test
  void waitsForANodeThatBlazarDoesNotFind() {
    site.nodes.leave(device.node());

    assertDefers(device.followingNobody().requested(worker()), "not found");
    assertThat(device.details()).doesNotContainKey("blazar_resource_id");
  }

  @Test
  void adoptsADeviceByItsUid() {
    reservable();
    device.forgetful(Map.of());
    site.restart();

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.writes()).isEmpty();
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model", "uid"})
  void completesWhatAConflictHasHalfMade(String key) {
    site.blazar.clashOn(key);

    Outcome outcome = device.requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("model", "4B").containsEntry("uid", device.uid());
    assertThat(site.writes())
        .containsExactly("POST /v1/devices", "PUT /v1/devices/" + stored().get("id"));
  }

  @Test
  void aConflictOnANewPropertyIsTriedAgain() {
    reservable();
    site.blazar.clashOn("gpu");
    device.with("device_profiles", List.of("gpu", "camera"));

    assertDefers(device.requested(worker()), "gpu");
    assertThat(stored()).containsEntry("camera", "True");
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("gpu", "True");
  }

  @Test
  void aNameThatIsHeldBySomebodyElseFails() {
    Enrolled other = Enrolled.aDevice().named(device.node());
    assertThat(other.requested(worker())).isInstanceOf(Outcome.Synced.class);

    assertFails(device.requested(worker()), "is held by device", other.uid());
    assertThat(site.blazar.resources(device.node())).hasSize(1);
  }

  @Test
  void aNameThatADeletedDeviceHadFails() {
    reservable();
    site.blazar.forget(device.node());

    assertFails(device.requested(worker()), "was used by a deleted device");
  }

  @Test
  void whatWasDeletedBehindOurBackIsMadeAnewWhereTheNameIsFree() {
    site.blazar.uniqueNames(false);
    device.available(at("05:00"), at("06:00"));
    reservable();
    site.blazar.forget(device.node());

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().get("id"));
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void ofSeveralOneIsKept() {
    site.blazar.uniqueNames(false);
    reservable();
    device.forgetful(Map.of());
    Enrolled twin = Enrolled.aDevice().named(device.node());
    assertThat(twin.requested(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.setCapability(device.node(), "uid", device.uid());
    site.restart();

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(device.node())).hasSize(1);
  }

  @Test
  void aRenamedDeviceIsAnotherOne() {
    device.available(at("05:00"), at("06:00"));
    reservable();
    String former = device.node();
    device.named("Renamed-" + former);
    site.nodes.join(device.node());

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(site.blazar.resources(former)).isEmpty();
    assertThat(stored()).containsEntry("uid", device.uid());
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aDeletedDeviceLeavesNothingBehind() {
    device.available(at("05:00"), at("06:00"));
    reservable();

    Outcome outcome = device.deleted().requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Gone.class))
        .satisfies(gone -> assertThat(gone.changes()).hasSize(2));
    assertThat(site.blazar.resources(device.node())).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
    assertThat(site.writes())
        .satisfiesExactly(
            lease -> assertThat(lease).startsWith("DELETE /v1/leases/"),
            resource -> assertThat(resource).startsWith("DELETE /v1/devices/"));
  }

  @Test
  void deletingWhatNeverExistedIsDone() {
    assertThat(device.deleted().requested(worker())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(device.requested(worker())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void deletingTwiceIsDone() {
    reservable();

    assertThat(device.deleted().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(device.requested(worker())).isEqualTo(new Outcome.Gone(List.of()));
  }

  @Test
  void aDeviceWithoutItsNodeIsDeletedAllTheSame() {
    reservable();
    site.nodes.leave(device.node());

    assertThat(device.deleted().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.resources(device.node())).isEmpty();
  }

  @Test
  void aDeviceThatUsersHaveLeasedWaits() throws Exception {
    reservable();
    site.leaseByAlice(device.uid(), "2026-11-23 05:00", "2026-11-23 06:00");

    assertDefers(
        device.deleted().requested(worker()), "reserved by a lease", "2026-11-23T06:00:00Z");

    site.clock.advance(Duration.ofHours(3));
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.leases("of alice")).hasSize(1);
  }

  /** Each call is lost before, or after, it was carried out; then everything goes well. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices, false",
    "POST, /v1/devices, true",
    "PUT, /v1/devices/.+, false",
    "PUT, /v1/devices/.+, true",
    "POST, /v1/leases, false",
    "POST, /v1/leases, true",
    "GET, /v1/devices, false",
    "GET, /v1/devices/allocations, false",
    "GET, /v1/leases, false"
  })
  void goesOnAfterACrash(String method, String path, boolean done) {
    device.available(at("05:00"), at("06:00"));
    site.blazar.clashOn("model");
    Fault fault = Fault.on(method, path).dropping().once();
    // A read whose connection turns out to be dead is repeated by the client, once.
    site.blazar
        .faults()
        .add(method.equals("GET") ? fault.times(2) : done ? fault.afterTheWork() : fault);
    try {
      assertThat(device.requested(worker())).isNotInstanceOf(Outcome.Synced.class);
    } catch (BackendException expected) {
      assertThat(expected.kind()).isNotEqualTo(BackendException.Kind.STATUS);
    }
    site.blazar.faults().clear();
    device.forgetful(Map.of());
    site.restart();

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("model", "4B");
    assertThat(site.blazar.leaseCount()).isOne();
    assertThat(device.planned(worker())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, /v1/leases/.+, false",
    "DELETE, /v1/leases/.+, true",
    "DELETE, /v1/devices/.+, false",
    "DELETE, /v1/devices/.+, true"
  })
  void goesOnWithADeletionAfterACrash(String method, String path, boolean done) {
    device.available(at("05:00"), at("06:00"));
    reservable();
    Map<String, Object> before = Map.copyOf(device.details());
    Fault fault = Fault.on(method, path).dropping().once();
    site.blazar.faults().add(done ? fault.afterTheWork() : fault);
    device.deleted();

    assertThat(catchThrowableOfType(BackendException.class, () -> device.requested(worker())))
        .isNotNull();
    device.forgetful(before);
    site.restart();

    assertThat(device.requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.resources(device.node())).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
  }

  /** Whatever is answered, to whatever: never a false success, and nothing is left twice. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices",
    "GET, /v1/devices",
    "GET, /v1/devices/allocations",
    "GET, /v1/leases",
    "POST, /v1/leases"
  })
  void isNeverFalselySteady(String method, String path) {
    for (int status : List.of(400, 401, 403, 404, 409, 429, 500, 503)) {
      Enrolled one = Enrolled.aDevice();
      site.nodes.join(one.node());
      one.available(at("05:00"), at("06:00"));
      site.restart();
      site.blazar
          .faults()
          .add(
              Fault.on(method, path)
                  .answering(status, "{\"error_message\":\"no\",\"error_code\":1}"));

      assertUnsteady(one);

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.requested(worker())).as("after %d", status).isInstanceOf(Outcome.Synced.class);
      assertThat(site.blazar.resources(one.node())).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices",
    "GET, /v1/devices",
    "GET, /v1/devices/allocations",
    "GET, /v1/leases",
    "POST, /v1/leases"
  })
  void isNotFooledByWhatIsNoAnswer(String method, String path) {
    for (Fault fault :
        List.of(
            Fault.on(method, path).hanging(),
            Fault.on(method, path).answering(200, "{\"devices\": ["),
            Fault.on(method, path).answering(200, "{}"))) {
      Enrolled one = Enrolled.aDevice();
      site.nodes.join(one.node());
      one.available(at("05:00"), at("06:00"));
      site.restart();
      site.blazar.faults().add(fault);

      assertUnsteady(one);

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.requested(worker())).isInstanceOf(Outcome.Synced.class);
    }
  }

  private void assertUnsteady(Enrolled one) {
    try {
      assertThat(one.requested(worker())).isNotInstanceOf(Outcome.Synced.class);
    } catch (BackendException refused) {
      assertThat(refused.service()).isEqualTo("blazar");
    }
  }

  @Test
  void aRefusedConnectionIsNoSuccess() {
    site.blazar.stop();

    BackendException refused =
        catchThrowableOfType(BackendException.class, () -> device.requested(worker()));

    assertThat(refused.kind()).isEqualTo(BackendException.Kind.CONNECTION);
    site.blazar.start();
    assertThat(device.requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void aMissingRightFailsUntilItIsGiven() {
    site.blazar
        .faults()
        .add(
            Fault.on("POST", "/v1/devices")
                .answering(
                    403, "{\"error_message\":\"Policy doesn't allow blazar:devices:post\"}"));

    assertThat(catchThrowableOfType(BackendException.class, () -> device.requested(worker())))
        .returns(403, BackendException::status)
        .hasMessageContaining("Policy doesn't allow");
  }

  @Test
  void theNamed500sDoNotOpenTheCircuit() {
    reservable();
    device.with("machine_name", "jetson-nano");

    for (int i = 0; i < 30; i++) {
      assertThat(device.requested(worker())).isInstanceOf(Outcome.Deferred.class);
    }

    assertThat(worker().lanePause()).isEmpty();
  }

  @Test
  void aWriteThatChangesNothingIsNoSuccess() {
    site.blazar.changeableCapabilities(true);
    reservable();
    String same =
        "{\"device\":{\"id\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\"}}"
            .formatted(stored().get("id"), device.node(), device.uid());
    site.blazar.faults().add(Fault.on("PUT", "/v1/devices/.+").answering(200, same));

    assertThat(device.with("machine_name", "jetson-nano").requested(worker()))
        .isInstanceOf(Outcome.Deferred.class);
  }

  private static Instant at(String time) {
    return Instant.parse("2026-11-23T" + time + ":00Z");
  }
}

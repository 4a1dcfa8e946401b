package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import doni.enrollment.Secret;
import doni.simulator.http.Fault;
import doni.simulator.http.PlainClient;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.WriteGate;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An existing node: unchanged, changed here, changed there, in use, in maintenance, locked. */
class ExistingHostIT extends OnIronic {

  @Test
  void anUnchangedNodeIsNotTouched() {
    available();

    assertSynced(host.requested(worker()));
    assertSynced(host.scheduled(worker()));

    assertThat(ironic().calls().writes()).isZero();
    assertThat(state()).isEqualTo("available");
  }

  @Test
  void aResyncOfUnchangedHostsCostsTwoListings() {
    List<Host> hosts =
        IntStream.range(0, 30)
            .mapToObj(i -> {
              Host one = new Host().withInterface(0, "mac_address", mac(1, i));
              one.withInterface(1, "mac_address", mac(2, i));
              assertSynced(one.inTheEnd(worker(), site().clock()));
              return one;
            })
            .toList();
    site().clock().advance(Duration.ofMinutes(1));
    ironic().calls().clear();

    hosts.forEach(one -> assertSynced(one.scheduled(worker())));

    assertThat(ironic().calls().total()).isEqualTo(2);
    assertThat(ironic().calls().writes()).isZero();
  }

  private static String mac(int which, int i) {
    return "52:54:00:0%d:00:%02x".formatted(which, i);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          management_address             | 10.0.0.9                             | /driver_info/ipmi_address  | 10.0.0.9
          ipmi_username                  | admin                                | /driver_info/ipmi_username | admin
          baremetal_deploy_kernel_image  | 5c9b8d1e-0000-4000-8000-000000000001 | /driver_info/deploy_kernel | 5c9b8d1e-0000-4000-8000-000000000001
          baremetal_deploy_ramdisk_image | 5c9b8d1e-0000-4000-8000-000000000002 | /driver_info/deploy_ramdisk | 5c9b8d1e-0000-4000-8000-000000000002
          baremetal_resource_class       | gpu                                  | /resource_class            | gpu
          cpu_arch                       | aarch64                              | /properties/cpu_arch       | aarch64
          """)
  void aChangedPropertyIsWrittenInPlace(
      String property, String value, String pointer, String expected) {
    available();

    assertSynced(host.with(property, value).requested(worker()));

    assertThat(node().at(pointer).asString()).isEqualTo(expected);
    assertThat(stateChanges()).isZero();
    assertThat(ironic().calls().writes()).isOne();
  }

  @Test
  void changedNumbersNamesCapabilitiesAndPasswordsAreWrittenInPlace() {
    available();

    host.with("ipmi_port", 6230)
        .with("ipmi_terminal_port", 9001)
        .with("ipmi_password", new Secret("an0ther"))
        .with("baremetal_capabilities", Map.of("boot_mode", "bios"))
        .named("renamed");
    assertSynced(host.requested(worker()));

    assertThat(node().path("name").asString()).isEqualTo("renamed");
    assertThat(node().at("/driver_info/ipmi_port").asInt()).isEqualTo(6230);
    assertThat(node().at("/driver_info/ipmi_terminal_port").asInt()).isEqualTo(9001);
    assertThat(node().at("/driver_info/ipmi_password").asString()).isEqualTo("an0ther");
    assertThat(node().at("/properties/capabilities").asString()).isEqualTo("boot_mode:bios");
    assertThat(state()).isEqualTo("available");
    assertThat(stateChanges()).isZero();
  }

  @Test
  void whatIsUnsetIsRemoved() {
    available();

    host.without("ipmi_username")
        .without("ipmi_password")
        .without("ipmi_port")
        .without("baremetal_capabilities");
    assertSynced(host.requested(worker()));

    assertThat(node().path("driver_info").toString()).isEqualTo("{\"ipmi_address\":\"10.0.0.1\"}");
    assertThat(node().path("properties").has("capabilities")).isFalse();
    ironic().calls().clear();
    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isZero();
  }

  @Test
  void whatIsNotOursStays() {
    available();
    ironic()
        .edit(
            host.uuid(),
            node -> {
              node.withObject("driver_info").put("ipmi_bridging", "no").put("ipmi_port", "623");
              node.withObject("driver_info").putNull("ipmi_terminal_port");
              node.withObject("properties")
                  .put("memory_mb", 1024)
                  .put("capabilities", "cpu_vt:true,boot_option:local,boot_mode:uefi,iscsi:no");
              node.withObject("extra").put("rack", "r1");
            });

    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isZero();

    assertSynced(
        host.with("baremetal_capabilities", Map.of("boot_mode", "bios")).requested(worker()));
    assertThat(node().at("/properties/capabilities").asString())
        .isEqualTo("cpu_vt:true,boot_mode:bios,iscsi:no");
    assertThat(node().at("/driver_info/ipmi_bridging").asString()).isEqualTo("no");
  }

  @Test
  void driftOfTheNodeIsRepairedInAScheduledAttempt() {
    available();
    site().clock().advance(Duration.ofMinutes(1));
    ironic()
        .edit(
            host.uuid(),
            node -> {
              node.put("name", "renamed-by-another-client");
              node.withObject("driver_info").put("ipmi_address", "10.9.9.9");
            });

    assertSynced(host.scheduled(worker()));

    assertThat(node().path("name").asString()).isEqualTo(host.name());
    assertThat(node().at("/driver_info/ipmi_address").asString()).isEqualTo("10.0.0.1");
  }

  @Test
  void aMissingNodeIsCreatedAgain() {
    available();
    deleteBehindOurBack();

    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
    assertThat(macAddresses()).hasSize(2);
  }

  private void deleteBehindOurBack() {
    try (var admin =
        new PlainClient(
            ironic().uri(),
            Map.of(
                "X-Auth-Token",
                site().keystone().token("doni"),
                "X-OpenStack-Ironic-API-Version",
                "1.51"))) {
      assertThat(admin.delete("/v1/nodes/" + host.uuid()).status()).isEqualTo(204);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void portsComeAndGoWhileTheNodeStaysAvailable() {
    available();

    host.withInterface(1, "enabled", false)
        .withInterface(0, "name", "lan0")
        .withAnotherInterface("eno3", "52:54:00:aa:00:03");
    assertSynced(host.requested(worker()));

    assertThat(macAddresses()).containsExactly(Host.MAC, "52:54:00:aa:00:03");
    assertThat(port(Host.MAC).at("/extra/name").asString()).isEqualTo("lan0");
    assertThat(stateChanges()).isZero();
  }

  @Test
  void theConnectivityOfAPortNeedsAMomentOutOfThePool() {
    available();

    host.withInterface(0, "switch_port_id", "Ethernet1/2").withInterface(1, "pxe_enabled", true);
    assertDeferred(
        host.requested(worker()),
        "connectivity of a port changed; node leaves the pool for a moment");
    assertThat(ironic().calls().writes()).isZero();
    assertDeferred(
        host.requested(worker()),
        "connectivity of a port changed; node leaves the pool for a moment");
    assertThat(state()).isEqualTo("manageable");
    assertThat(host.details()).containsEntry("moved_to_manageable", true);
    assertSynced(settle());

    assertThat(state()).isEqualTo("available");
    assertThat(port(Host.MAC).at("/local_link_connection/port_id").asString())
        .isEqualTo("Ethernet1/2");
    assertThat(port(Host.SECOND_MAC).path("pxe_enabled").asBoolean()).isTrue();
    assertThat(stateChanges()).isEqualTo(2);
    assertThat(host.details()).doesNotContainKey("moved_to_manageable");
  }

  @Test
  void switchDataThatAreRemovedAreClearedInIronic() {
    available();

    host.withInterface(0, "switch_id", null);
    assertSynced(settle());

    assertThat(port(Host.MAC).path("local_link_connection").isEmpty()).isTrue();
  }

  @Test
  void aCrashBetweenManageAndProvideStrandsNoNode() {
    available();
    host.withInterface(0, "switch_port_id", "Ethernet1/2");
    host.requested(worker());
    host.killed(worker());
    assertThat(state()).isEqualTo("manageable");

    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
  }

  @Test
  void connectivityThatIronicRefusesDoesNotKeepTheNodeOutOfThePool() {
    available();
    ironic()
        .faults()
        .add(
            Fault.on("PATCH", "/v1/ports/.*")
                .answering(400, "{\"error_message\": \"no such physical network\"}"));

    host.withInterface(0, "switch_port_id", "Ethernet1/2");
    assertFailed(settle(), "no such physical network", false);
    assertThat(state()).isEqualTo("available");
    ironic().calls().clear();
    assertFailed(host.requested(worker()), "no such physical network", false);
    assertThat(ironic().calls().writes()).isZero();

    ironic().faults().clear();
    assertSynced(host.withInterface(0, "name", "x").inTheEnd(worker(), site().clock()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"active", "rescue", "available"})
  void aNodeInUseKeepsItsPlaceAndGetsItsCredentials(String state) {
    available();
    ironic()
        .edit(
            host.uuid(),
            node ->
                node.put("provision_state", state)
                    .put("instance_uuid", "77777777-7777-4777-8777-777777777777"));
    assertSynced(host.requested(worker()));

    host.with("ipmi_password", new Secret("an0ther"))
        .with("baremetal_resource_class", "gpu")
        .withInterface(0, "name", "lan0")
        .withInterface(0, "switch_port_id", "Ethernet1/2");
    assertDeferred(host.requested(worker()), "Node is in use.");

    assertThat(node().at("/driver_info/ipmi_password").asString()).isEqualTo("an0ther");
    assertThat(port(Host.MAC).at("/extra/name").asString()).isEqualTo("lan0");
    assertThat(node().path("resource_class").asString()).isEqualTo("baremetal");
    assertThat(state()).isEqualTo(state);
    assertThat(stateChanges()).isZero();

    ironic()
        .edit(
            host.uuid(), node -> node.put("provision_state", "available").putNull("instance_uuid"));
    assertSynced(settle());
    assertThat(node().path("resource_class").asString()).isEqualTo("gpu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cleaning", "clean wait", "deploying", "deleting", "inspecting"})
  void nothingIsWrittenWhileATransitionRuns(String state) {
    available();
    ironic()
        .edit(
            host.uuid(),
            node -> node.put("provision_state", state).put("target_provision_state", "available"));

    assertThat(host.with("ipmi_port", 624).requested(worker()))
        .isInstanceOf(Outcome.Deferred.class);
    assertThat(ironic().calls().writes()).isZero();
  }

  @Test
  void aLockedNodeIsWaitedFor() {
    available();
    ironic().lock(host.uuid(), "otherhost");

    assertSynced(host.requested(worker()));
    assertDeferred(host.with("ipmi_port", 624).requested(worker()), "Node is locked.");
    assertThat(ironic().calls().writes()).isZero();

    ironic().unlock(host.uuid());
    assertSynced(host.requested(worker()));
  }

  @Test
  void aLockThatComesInBetweenIsWaitedForToo() {
    available();
    ironic()
        .faults()
        .add(
            Fault.on("PATCH", "/v1/nodes/.*")
                .answering(
                    409,
                    "{\"error_message\": \"{\\\"faultstring\\\": \\\"Node U is locked by host x, please retry after the current operation is completed.\\\"}\"}")
                .once());

    assertDeferred(host.with("ipmi_port", 624).requested(worker()), "Node is locked.");
    assertSynced(host.requested(worker()));
  }

  @Test
  void anUnknownConflictIsNoLock() {
    available();
    ironic()
        .faults()
        .add(
            Fault.on("PATCH", "/v1/nodes/.*")
                .answering(409, "{\"error_message\": \"something new\"}"));

    host.with("ipmi_port", 624);
    assertThat(catchThrowable(() -> host.requested(worker())))
        .hasMessageContaining("409")
        .hasMessageContaining("something new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "clean failure"})
  void nothingIsWrittenInMaintenance(String fault) {
    available();
    ironic()
        .edit(
            host.uuid(),
            node -> {
              node.put("maintenance", true);
              if (!fault.isEmpty()) {
                node.put("fault", fault);
              }
            });

    assertThat(host.requested(worker())).isInstanceOf(Outcome.Failed.class);
    assertDeferred(
        host.with("ipmi_port", 624).requested(worker()),
        "Node is in maintenance mode. Please take the node out of maintenance to apply this update.");
    assertThat(ironic().calls().writes()).isZero();
  }

  /** A node that Ironic or a person takes out of use is not STEADY until the next resync. */
  @Test
  void maintenanceDiffersFromTheListingUntilItIsRecorded() {
    available();
    assertThat(differs()).isFalse();

    ironic().edit(host.uuid(), node -> node.put("maintenance", true));
    assertThat(differs()).isTrue();

    assertThat(host.scheduled(worker())).isInstanceOf(Outcome.Failed.class);
    assertThat(differs()).isFalse();
  }

  private boolean differs() {
    site().clock().advance(Duration.ofMinutes(1));
    return worker()
        .listSite()
        .orElseThrow()
        .differs(new RecordedDevice(host.hardware().id(), host.name(), host.details()));
  }

  /** As after a wrong password that the owner enrolled: Ironic notices, not the write. */
  @Test
  void aPowerFailureIsShownUntilIronicEndsIt() {
    available();
    ironic().losePower(host.uuid());
    ironic()
        .edit(
            host.uuid(),
            node -> node.put("last_error", "ipmitool -P %s failed".formatted(Host.PASSWORD)));

    assertThat(host.requested(worker()).withDetails(Map.of()))
        .isEqualTo(
            new Outcome.Failed(
                "node in maintenance mode: power failure: During sync_power_state, max retries exceeded: ipmitool -P ************ failed; check the BMC's address, credentials and network; Ironic ends the maintenance when it answers",
                true,
                null,
                Map.of()));
    assertThat(host.details())
        .containsEntry("maintenance", true)
        .containsEntry("maintenance_reason", "During sync_power_state, max retries exceeded")
        .containsEntry("fault", "power failure")
        .containsEntry("node_last_error", "ipmitool -P ************ failed");

    ironic()
        .edit(
            host.uuid(),
            node -> node.put("maintenance", false).putNull("maintenance_reason").putNull("fault"));
    assertSynced(host.requested(worker()));
    assertThat(host.details())
        .doesNotContainKeys("maintenance", "maintenance_reason", "fault")
        .containsKeys("power_state", "node_last_error");
  }

  @Test
  void aLostBmcGetsItsNewAddressInMaintenance() {
    available();
    ironic().losePower(host.uuid());

    host.with("management_address", "10.0.0.7").with("cpu_arch", "aarch64");
    assertDeferred(host.requested(worker()), HostStateMachine.MAINTENANCE);

    assertThat(node().at("/driver_info/ipmi_address").asString()).isEqualTo("10.0.0.7");
    assertThat(node().at("/properties/cpu_arch").asString()).isEqualTo("x86_64");
    ironic().edit(host.uuid(), node -> node.put("maintenance", false).putNull("fault"));
    assertSynced(host.requested(worker()));
    assertThat(node().at("/properties/cpu_arch").asString()).isEqualTo("aarch64");
  }

  @Test
  void thePasswordIsSentOnceAndTheMaskNever() {
    available();
    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isZero();
    assertThat(host.details().get("password_fingerprint"))
        .isInstanceOfSatisfying(
            Secret.class,
            secret -> assertThat(secret.value()).doesNotContain(Host.PASSWORD).hasSize(96));

    host.details().remove("password_fingerprint");
    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isOne();
    assertThat(node().at("/driver_info/ipmi_password").asString()).isEqualTo(Host.PASSWORD);

    host.with("ipmi_password", new Secret("******"));
    assertFailed(
        host.requested(worker()),
        "ipmi_password: must not be asterisks only, which stand for a hidden password",
        false);
  }

  @Test
  void aPasswordThatIronicShowsIsCompared() {
    available();
    ironic().showPasswords(true);
    host.details().remove("password_fingerprint");

    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isZero();

    ironic()
        .edit(host.uuid(), node -> node.withObject("driver_info").put("ipmi_password", "drift"));
    assertSynced(host.requested(worker()));
    assertThat(node().at("/driver_info/ipmi_password").asString()).isEqualTo(Host.PASSWORD);
  }

  @Test
  void noPasswordIsInThePlanOrTheOutcome() {
    host.requested(worker());
    host.with("ipmi_password", new Secret("an0ther-canary"));

    var plan = worker().plan(host.attempt(ReconcileContext.Cause.REQUESTED));

    assertThat(plan.changes().toString()).contains("ipmi_password").doesNotContain("an0ther");
    assertThat(plan.apply(WriteGate.OPEN).toString()).doesNotContain("an0ther");
  }

  @Test
  void aNodePatchNeedsNoListingOfOthersPorts() {
    Host other = new Host().withInterface(0, "mac_address", "52:54:00:bb:00:01");
    other.withInterface(1, "mac_address", "52:54:00:bb:00:02");
    assertSynced(other.inTheEnd(worker(), site().clock()));
    available();

    assertSynced(host.withInterface(1, "enabled", false).requested(worker()));

    assertThat(ironic().ports(other.uuid())).hasSize(2);
  }

  @Test
  void aWriteThatIsSilentlyIgnoredFails() {
    available();
    ironic().faults().add(Fault.on("PATCH", "/v1/nodes/.*").answering(200, "{}"));

    assertFailed(
        host.with("ipmi_port", 624).requested(worker()),
        "Ironic accepts the writes but does not show them afterwards",
        true);
  }
}

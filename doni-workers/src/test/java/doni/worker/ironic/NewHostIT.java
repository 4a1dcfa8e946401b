package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.simulator.http.Fault;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A new host until its node is in the pool, and what can go wrong before. */
class NewHostIT extends OnIronic {

  @Test
  void aNewHostBecomesAnAvailableNodeWithItsPorts() {
    assertSynced(settle());

    assertThat(state()).isEqualTo("available");
    assertThat(node().path("name").asString()).isEqualTo(host.name());
    assertThat(node().path("driver").asString()).isEqualTo("ipmi");
    assertThat(node().path("resource_class").asString()).isEqualTo("baremetal");
    assertThat(node().path("driver_info").size()).isEqualTo(4);
    assertThat(node().at("/driver_info/ipmi_address").asString()).isEqualTo("10.0.0.1");
    assertThat(node().at("/driver_info/ipmi_username").asString()).isEqualTo("root");
    assertThat(node().at("/driver_info/ipmi_port").asInt()).isEqualTo(623);
    assertThat(node().at("/driver_info/ipmi_password").asString()).isEqualTo(Host.PASSWORD);
    assertThat(node().path("properties").path("cpu_arch").asString()).isEqualTo("x86_64");
    assertThat(node().path("properties").path("capabilities").asString())
        .contains("boot_mode:uefi", "boot_option:local");
    assertThat(macAddresses()).containsExactly(Host.MAC, Host.SECOND_MAC);
    assertThat(port(Host.MAC).path("local_link_connection").toString())
        .contains("aa:bb:cc:dd:ee:ff", "Ethernet1/1", "tor1");
    assertThat(port(Host.MAC).path("extra").path("name").asString()).isEqualTo("eno1");
    assertThat(port(Host.SECOND_MAC).path("pxe_enabled").asBoolean()).isFalse();
    assertThat(stateChanges()).isEqualTo(2);
    assertThat(host.details()).doesNotContainKeys("phase", "since", "moved_to_manageable");
  }

  @Test
  void sendsEveryCallInTheVersionItWasWrittenFor() {
    settle();

    assertThat(node().path("provision_state").asString()).isEqualTo("available");
    assertThat(ironic().calls().all()).noneMatch(call -> call.status() == 406);
  }

  @Test
  void takesAnEndpointWithItsVersion() {
    site().reopen(Map.of("doni.workers.ironic.endpoint-override", ironic().uri() + "/v1"));

    assertSynced(settle());
  }

  @Test
  void neverBlocksWhileTheNodeIsVerifiedAndCleaned() {
    ironic().verificationTakes(Duration.ofMinutes(3));
    ironic().cleaningTakes(Duration.ofHours(2));
    host.with("baremetal_deploy_kernel_image", "5c9b8d1e-0000-4000-8000-000000000001")
        .with("baremetal_deploy_ramdisk_image", "5c9b8d1e-0000-4000-8000-000000000002");

    host.requested(worker());
    assertDeferred(host.requested(worker()), "verification running");
    assertThat(state()).isEqualTo("verifying");
    ironic().calls().clear();
    assertThat(host.requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofSeconds(5), Outcome.Deferred::after);
    assertThat(ironic().calls().writes()).isZero();

    site().clock().advance(Duration.ofMinutes(3));
    host.requested(worker());
    assertThat(state()).isEqualTo("clean wait");
    assertThat(host.requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofSeconds(15), Outcome.Deferred::after);
    site().clock().advance(Duration.ofHours(1));
    assertThat(host.requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofMinutes(1), Outcome.Deferred::after);

    site().clock().advance(Duration.ofHours(1));
    assertSynced(host.requested(worker()));
    assertThat(state()).isEqualTo("available");
  }

  @Test
  void reportsAVerificationThatTakesTooLongAndGoesOnWhenItEnds() {
    ironic().verificationTakes(Duration.ofMinutes(30));
    host.requested(worker());
    host.requested(worker());

    site().clock().advance(Duration.ofMinutes(11));
    assertFailed(
        host.requested(worker()),
        "verification not finished after 10 minutes; check the BMC",
        true);

    site().clock().advance(Duration.ofMinutes(20));
    assertSynced(settle());
  }

  @Test
  void waitsLongerAfterEachLoginThatFailed() {
    ironic().bmcAnswers("10.0.0.1", false);

    assertThat(settle())
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(Duration.ofMinutes(1), Outcome.Failed::after)
        .satisfies(it -> assertThat(it.message()).contains("IPMI call failed: power status."));
    assertThat(state()).isEqualTo("enroll");
    assertThat(stateChanges()).isOne();

    assertFailed(host.requested(worker()), "IPMI call failed", true);
    assertThat(stateChanges()).isOne();

    site().clock().advance(Duration.ofMinutes(1));
    assertThat(settle())
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(Duration.ofMinutes(2), Outcome.Failed::after);
    assertThat(stateChanges()).isEqualTo(2);
  }

  @Test
  void triesAgainAtOnceWhenTheEnrollmentHasChanged() {
    ironic().bmcAnswers("10.0.0.1", false);
    settle();

    host.with("management_address", "10.0.0.2");

    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
  }

  @Test
  void reportsCleaningThatFailedAndLeavesTheStateToAPerson() {
    ironic().cleaningTakes(Duration.ofHours(1));
    assertFailed(settle(), "Missing are: ['deploy_kernel', 'deploy_ramdisk']", true);
    assertThat(state()).isEqualTo("clean failed");
    ironic().calls().clear();

    host.with("baremetal_deploy_kernel_image", "5c9b8d1e-0000-4000-8000-000000000001");
    assertFailed(host.requested(worker()), "clean failed", true);

    assertThat(stateChanges()).isZero();
    assertThat(node().path("driver_info").has("deploy_kernel")).isTrue();
  }

  @Test
  void bringsANodeOnThatAPersonTookOutOfCleanFailed() {
    ironic().cleaningTakes(Duration.ofHours(1));
    settle();
    ironic().setState(host.uuid(), "manageable");
    ironic().edit(host.uuid(), node -> node.putNull("target_provision_state"));
    host.with("baremetal_deploy_kernel_image", "5c9b8d1e-0000-4000-8000-000000000001")
        .with("baremetal_deploy_ramdisk_image", "5c9b8d1e-0000-4000-8000-000000000002");

    host.requested(worker());
    site().clock().advance(Duration.ofHours(1));

    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
  }

  @Test
  void takesANodeThatIsThereAlready() {
    host.requested(worker());
    host.details().clear();
    ironic().edit(host.uuid(), node -> node.put("provision_state", "available"));

    assertSynced(settle());
    assertThat(ironic().calls().count("POST", "/v1/nodes")).isOne();
    assertThat(stateChanges()).isZero();
  }

  @Test
  void aDeployingNodeIsSteady() {
    host.requested(worker());
    host.requested(worker());
    ironic().setState(host.uuid(), "deploying");

    assertSynced(host.requested(worker()));
    assertThat(host.details()).doesNotContainKey("moved_to_manageable");
  }

  @Test
  void leavesANodeInManageableThatAPersonHoldsThere() {
    available();
    ironic().setState(host.uuid(), "manageable");

    assertSynced(host.requested(worker()));
    assertThat(state()).isEqualTo("manageable");
    assertThat(ironic().calls().writes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with space",
        "slash/ed",
        "ümlaut",
        "detail",
        "11111111-1111-4111-8111-111111111111"
      })
  void namesThatIronicCannotTakeFailOnce(String name) {
    host.named(name);

    assertFailed(
        host.requested(worker()), "because it names the Ironic node; was '" + name + "'", false);
    assertThat(ironic().calls().total()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          switch_id   | tor-switch-1      | interfaces: switch_id of 'eno1' must be a MAC address or an OpenFlow datapath id (16 hex digits); was 'tor-switch-1'
          mac_address | 52:54:00:AA:00:02 | interfaces: must have different MAC addresses; 52:54:00:aa:00:02 occurs twice
          """)
  void interfacesThatIronicCannotTakeFailOnce(String key, String value, String message) {
    host.withInterface(0, key, value);

    assertFailed(host.requested(worker()), message, false);
    assertThat(ironic().calls().total()).isZero();
  }

  @Test
  void aNameOfAnotherNodeFails() {
    Host other = new Host().named("taken").withInterface(0, "mac_address", "52:54:00:bb:00:01");
    other.withInterface(1, "mac_address", "52:54:00:bb:00:02");
    other.requested(worker());

    host.named("taken");

    assertFailed(host.requested(worker()), "A node with name taken already exists", true);
  }

  @Test
  void aMacAddressThatAnotherNodeHasNamesThatNode() {
    Host other = new Host();
    other.requested(worker());

    assertFailed(host.requested(worker()), other.uuid(), true);
    assertFailed(
        host.requested(worker()), "A port with MAC address 52:54:00:aa:00:01 already", true);
  }

  @Test
  void withoutTheRoleAdminTheAttemptFails() {
    site().reopen("alice", Map.of());

    assertThat(catchThrowable(() -> host.requested(worker()))).hasMessageContaining("403");
  }

  @Test
  void aNodeThatWeMayNotSeeIsNotCreatedOverAndOver() {
    host.requested(worker());
    ironic().edit(host.uuid(), node -> node.put("name", "hidden"));
    ironic()
        .faults()
        .add(
            Fault.on("GET", "/v1/nodes/" + host.uuid())
                .answering(
                    404,
                    "{\"error_message\": \"{\\\"faultcode\\\": \\\"Client\\\", \\\"faultstring\\\": \\\"Node x could not be found.\\\"}\"}"));

    assertFailed(
        host.requested(worker()),
        "It is hidden from the service user, which needs the role admin.",
        false);
  }
}

package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.simulator.ironic.SimulatedIronic;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A host and a simulated Ironic; no test may bring its password into the log. */
@ExtendWith(OutputCaptureExtension.class)
abstract class OnIronic {

  final Host host = new Host();
  private IronicSite site = new IronicSite();

  @BeforeEach
  void openSite(CapturedOutput output) {
    assertThat(output.getAll()).doesNotContain(Host.PASSWORD);
  }

  @AfterEach
  void closeSite(CapturedOutput output) {
    site.close();
    assertThat(output.getAll()).doesNotContain(Host.PASSWORD);
  }

  IronicSite site() {
    return site;
  }

  SimulatedIronic ironic() {
    return site.ironic();
  }

  Worker worker() {
    return site.worker();
  }

  ObjectNode node() {
    return ironic().node(host.uuid()).orElseThrow();
  }

  String state() {
    return node().path("provision_state").asString();
  }

  JsonNode port(String macAddress) {
    return ironic().ports(host.uuid()).stream()
        .filter(port -> port.path("address").asString().equals(macAddress))
        .findFirst()
        .orElseThrow();
  }

  List<String> macAddresses() {
    return ironic().ports(host.uuid()).stream()
        .map(port -> port.path("address").asString())
        .sorted()
        .toList();
  }

  /** Enrolled, and the node is in the pool; the calls so far are forgotten. */
  void available() {
    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
    ironic().calls().clear();
  }

  Outcome settle() {
    return host.inTheEnd(worker(), site.clock());
  }

  long stateChanges() {
    return ironic().calls().count("PUT", ".*/states/provision");
  }

  static void assertSynced(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
  }

  static void assertDeferred(Outcome outcome, String reason) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> {
          assertThat(deferred.reason()).isEqualTo(reason);
          assertThat(deferred.after()).isNotNull().isLessThanOrEqualTo(Duration.ofMinutes(5));
        });
  }

  static void assertDeferredContaining(Outcome outcome, String text) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).contains(text));
  }

  static void assertFailed(Outcome outcome, String message, boolean retryable) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .satisfies(failed -> {
          assertThat(failed.message()).contains(message);
          assertThat(failed.retryable()).isEqualTo(retryable);
        });
  }
}

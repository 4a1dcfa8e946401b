package doni.worker.k8s;

import static doni.convergence.HardwareFixture.anEnrolledDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.worker.Outcome;
import java.time.Clock;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worker with the in-memory client, in which a device joins with its token. */
class K8sWorkerTests {

  private static final String TOKEN = "abc123.0123456789abcdef";

  private final Clock clock = Clock.fixed(K8sFixtures.NOW, ZoneOffset.UTC);
  private final InMemoryK8sClient client = new InMemoryK8sClient(clock);
  private final K8sWorker worker =
      new K8sWorker(
          client,
          K8sFixtures.properties(
              new K8sProperties.WorkerTaint(true, "worker-node", "true", "NoSchedule")),
          K8sFixtures.MACHINE_TYPES,
          clock);
  private final HardwareFixture device = anEnrolledDevice().named("Dev1").withToken(TOKEN);

  @Test
  void aDeviceJoinsAndIsLabeledInOneAttempt() {
    Outcome outcome = device.requested(worker);

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(client.node("dev1").orElseThrow().labels())
        .containsEntry("smarter-device-manager", "enabled");
    assertThat(client.node("dev1").orElseThrow().taints()).containsExactly(K8sFixtures.OURS);
  }

  @Test
  void reportsEverythingButTheToken() {
    Outcome outcome = device.requested(worker);

    assertThat(outcome.details())
        .containsEntry("num_labels", 2)
        .containsEntry("created_token_secrets", 1)
        .containsEntry("deleted_token_secrets", 0)
        .containsEntry("ready", true)
        .containsEntry("last_transition", "2026-11-22T12:00:00Z")
        .containsEntry("token_id", "abc123")
        .containsEntry("token_expires", "2026-11-29T12:00:00Z")
        .containsEntry("taint", "worker-node=true:NoSchedule")
        .containsKeys("label_keys", "node_uid");
    assertThat(outcome.toString()).doesNotContain("0123456789abcdef");
  }

  @Test
  void aDeletedDeviceIsGone() {
    device.requested(worker);

    Outcome outcome = device.deleted().requested(worker);

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Gone.class))
        .satisfies(gone -> assertThat(gone.changes()).hasSize(5));
    assertThat(client.node("dev1")).isEmpty();
    assertThat(client.tokenSecret("abc123")).isEmpty();
  }

  @Test
  void aPlanOfADeletionNamesEveryWrite() {
    device.requested(worker);

    assertThat(device.deleted().planned(worker))
        .extracting(change -> change.action() + " " + change.object())
        .containsExactly(
            "DELETE secret bootstrap-token-abc123",
            "DELETE label smarter-device-manager",
            "DELETE label smarter-device-manager/configmap",
            "DELETE taint worker-node",
            "DELETE node dev1");
  }

  @ParameterizedTest
  @CsvSource({
    "dev1, true",
    "Pi-4.lab, true",
    "1, true",
    "pi_01, false",
    "pi 01, false",
    "-pi, false",
    "pi-, false",
    "pi..1, false",
    "pi.-1, false"
  })
  void acceptsValidNodeNames(String name, boolean accepted) {
    String pattern = (String) worker.nameSchema().orElseThrow().get("pattern");

    assertThat(name.matches(String.valueOf(pattern))).isEqualTo(accepted);
  }

  /** The kubelet labels its node with kubernetes.io/hostname, and a label has 63 characters. */
  @Test
  void limitsNamesToWhatALabelHolds() {
    assertThat(worker.nameSchema().orElseThrow()).containsEntry("maxLength", 63);
  }
}

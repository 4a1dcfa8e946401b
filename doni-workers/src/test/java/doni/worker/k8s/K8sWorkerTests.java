package doni.worker.k8s;

import static doni.convergence.HardwareFixture.anEnrolledDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.enrollment.HardwareId;
import doni.simulator.SiteClock;
import doni.worker.ConflictFinder.Conflict;
import doni.worker.ConflictFinder.ConflictQuery;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worker with the in-memory client, in which a device joins with its token. */
class K8sWorkerTests {

  private static final String TOKEN = "abc123.0123456789abcdef";

  private final SiteClock clock = new SiteClock(K8sFixtures.NOW, Duration.ZERO);
  private final List<Conflict> conflicts = new ArrayList<>();
  private final InMemoryK8sClient client = new InMemoryK8sClient(clock);
  private final K8sWorker worker =
      new K8sWorker(
          client,
          K8sFixtures.properties(
              new K8sProperties.WorkerTaint(true, "worker-node", "true", "NoSchedule")),
          K8sFixtures.MACHINE_TYPES,
          this::conflicts,
          clock);
  private final HardwareFixture device = anEnrolledDevice().named("Dev1").withToken(TOKEN);

  private List<Conflict> conflicts(HardwareId asking, String type, ConflictQuery query) {
    assertThat(type).isEqualTo("k8s");
    return List.copyOf(conflicts);
  }

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

  @Test
  void aLabelOfBlazarThatWasRemovedComesBackWhenBlazarsWorkerStillReportsItsDevice() {
    device.withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device.requested(worker);
    removeLabelOfBlazar();
    assertThat(device.requested(worker))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofSeconds(30), Outcome.Deferred::after);

    clock.advance(Duration.ofSeconds(29));
    assertThat(device.requested(worker)).isInstanceOf(Outcome.Deferred.class);
    clock.advance(Duration.ofSeconds(1));

    assertThat(device.requested(worker)).isInstanceOf(Outcome.Synced.class);
    assertThat(client.node("dev1").orElseThrow().labels())
        .containsEntry("blazar.openstack.org/device", "d1");
  }

  // NullAway does not read @Nullable in the constructor of a compiled record.
  @SuppressWarnings("NullAway")
  private void removeLabelOfBlazar() {
    Map<String, @Nullable String> labels = new HashMap<>();
    labels.put("blazar.openstack.org/device", null);
    client.write(new K8sWrite.PatchNode("dev1", labels, null, List.of()));
  }

  @Test
  void aNodeThatRegistersAgainGetsTheLabelOfBlazarAtOnce() {
    device.withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device.requested(worker);
    client.write(new K8sWrite.DeleteNode("dev1", client.node("dev1").orElseThrow().uid()));
    client.join("dev1");

    assertThat(device.requested(worker)).isInstanceOf(Outcome.Synced.class);
    assertThat(client.node("dev1").orElseThrow().labels())
        .containsEntry("blazar.openstack.org/device", "d1");
  }

  @Test
  void leavesTheNodeOfAFormerNameThatAnotherDeviceHasNow() {
    device.requested(worker);
    conflicts.add(new Conflict(HardwareId.random(), false, false, false, true));

    device.named("dev2").deleted();

    assertThat(device.requested(worker)).isInstanceOf(Outcome.Gone.class);
    assertThat(client.node("dev1")).isPresent();
  }

  @Test
  void acceptsNamesThatFitALabel() {
    assertThat(worker.nameSchema().orElseThrow()).containsEntry("maxLength", 63);
    assertThat(device.named("a".repeat(64)).requested(worker))
        .asInstanceOf(type(Outcome.Failed.class))
        .satisfies(failed ->
            assertThat(failed.message()).endsWith("use at most 63 letters, digits, '-' and '.'"));
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

package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worker over the cluster for development, in which a device joins with its token. */
@NullMarked
class K8sWorkerTests {

  private static final String TOKEN = "abc123.0123456789abcdef";

  private final Clock clock = Clock.fixed(Wishes.NOW, ZoneOffset.UTC);
  private final InMemoryCluster cluster = new InMemoryCluster(clock);
  private final HardwareId id = HardwareId.random();
  private final K8sWorker worker =
      new K8sWorker(
          cluster,
          new K8sProperties(
              "",
              "machine_name",
              null,
              new K8sProperties.WorkerTaint(true, "worker-node", "true", "NoSchedule"),
              false,
              K8sProperties.OnDelete.DELETE_NODE,
              Duration.ofDays(7),
              Duration.ofSeconds(1),
              Duration.ofSeconds(1),
              "in-memory"),
          MachineTypeCatalog.of(
              new MachineTypes(
                  Map.of(
                      "raspberrypi4-64", new MachineType("Raspberry Pi 4", "Raspberry Pi", "4B")))),
          clock);

  private ReconcileContext attempt(boolean deleted) {
    return new ReconcileContext(
        new Hardware(
            id,
            "Dev1",
            "project",
            "device.balena",
            Map.of("machine_name", "raspberrypi4-64", "k8s_bootstrap_token", new Secret(TOKEN)),
            List.of(),
            Generation.FIRST,
            deleted),
        Map.of(),
        ReconcileContext.Cause.REQUESTED);
  }

  @Test
  void aDeviceJoinsAndIsDressedInOneAttempt() {
    Outcome outcome = worker.plan(attempt(false)).apply();

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(cluster.node("dev1").orElseThrow().labels())
        .containsEntry("smarter-device-manager", "enabled");
    assertThat(cluster.node("dev1").orElseThrow().taints()).containsExactly(Wishes.OURS);
  }

  @Test
  void reportsEverythingButTheToken() {
    Outcome outcome = worker.plan(attempt(false)).apply();

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
    worker.plan(attempt(false)).apply();

    Outcome outcome = worker.plan(attempt(true)).apply();

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Gone.class))
        .satisfies(gone -> assertThat(gone.changes()).hasSize(5));
    assertThat(cluster.node("dev1")).isEmpty();
    assertThat(cluster.tokenSecret("abc123")).isEmpty();
  }

  @Test
  void thePlanOfADeletionSaysAllOfIt() {
    worker.plan(attempt(false)).apply();

    assertThat(worker.plan(attempt(true)).changes())
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
  void acceptsNamesThatCanBecomeTheNameOfANode(String name, boolean accepted) {
    String pattern = (String) worker.nameSchema().orElseThrow().get("pattern");

    assertThat(name.matches(String.valueOf(pattern))).isEqualTo(accepted);
  }
}

package doni.worker.k8s;

import static doni.convergence.HardwareFixture.anEnrolledDevice;

import doni.convergence.HardwareFixture;
import doni.enrollment.Secret;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredClusterNode;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Desired and observed states for tests. */
final class K8sFixtures {

  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final Duration LIFETIME = Duration.ofDays(7);
  static final String HARDWARE = "6b1f4f0e-2f3e-4a77-9d1b-0b7a8a9d3c55";
  static final String OTHER_HARDWARE = "0c9d8e57-1c55-4d52-8d7e-5a4a3a2b1c0d";
  static final BootstrapToken TOKEN = new BootstrapToken("abc123", new Secret("0123456789abcdef"));
  static final NodeTaint OURS = NodeTaint.of("worker-node", "true", "NoSchedule");
  static final DesiredClusterNode NOTHING = labeled(Map.of());
  static final MachineTypeCatalog MACHINE_TYPES =
      MachineTypeCatalog.of(
          new MachineTypes(
              Map.of("raspberrypi4-64", new MachineType("Raspberry Pi 4", "Raspberry Pi", "4B"))));

  private K8sFixtures() {}

  /** Returns a device with a name and a token of its own. */
  static HardwareFixture aDevice() {
    String number = Integer.toString(ThreadLocalRandom.current().nextInt(), 36);
    return anEnrolledDevice()
        .named("dev-" + number.replace("-", "x"))
        .withToken(BootstrapToken.generate());
  }

  static K8sProperties properties(K8sProperties.WorkerTaint taint) {
    return new K8sProperties(
        "",
        "machine_name",
        null,
        taint,
        false,
        K8sProperties.OnDelete.DELETE_NODE,
        LIFETIME,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        "in-memory");
  }

  static DesiredClusterNode labeled(Map<String, String> labels, String... managedKeys) {
    return new DesiredClusterNode(labels, Set.of(managedKeys), Optional.empty(), Optional.empty());
  }

  static DesiredClusterNode tainted(@Nullable NodeTaint wanted, @Nullable NodeTaint former) {
    return new DesiredClusterNode(
        Map.of(), Set.of(), Optional.ofNullable(wanted), Optional.ofNullable(former));
  }

  static ClusterNode node(Map<String, String> labels, NodeTaint... taints) {
    return new ClusterNode("dev1", "uid-1", "336", labels, List.of(taints), true, NOW);
  }

  static ClusterNode unready(@Nullable Instant since) {
    return new ClusterNode("dev1", "uid-1", "336", Map.of(), List.of(), false, since);
  }

  static TokenSecret secret(@Nullable String hardware, String value, @Nullable Instant expires) {
    return new TokenSecret(TOKEN.id(), true, hardware, new Secret(value), expires, true);
  }

  static TokenSecret valid() {
    return secret(HARDWARE, TOKEN.secret().value(), NOW.plus(Duration.ofDays(6)));
  }
}

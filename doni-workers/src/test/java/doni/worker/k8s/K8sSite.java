package doni.worker.k8s;

import doni.backend.BackendGuard;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.ConflictFinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A worker with its configuration, connected to an API, and the names that its watch woke. */
final class K8sSite implements AutoCloseable {

  static final K8sProperties.WorkerTaint NO_TAINT = taint(false, "true", "NoSchedule");

  private final K8sWorker worker;
  private final List<String> requeued = new CopyOnWriteArrayList<>();

  private static final MachineTypes TYPES =
      new MachineTypes(
          Map.of("raspberrypi4-64", new MachineType("Raspberry Pi 4", "Raspberry Pi", "4B")));

  private K8sSite(K8sProperties properties) {
    Clock clock = Clock.systemUTC();
    BackendGuard guard =
        new BackendGuard("kubernetes", 50, Duration.ofSeconds(1), new SimpleMeterRegistry(), clock);
    worker =
        new K8sWorker(
            new HttpK8sClient(new KubeConnections(properties, clock), guard, clock),
            properties,
            MachineTypeCatalog.of(TYPES),
            ConflictFinder.NONE,
            clock);
    worker.start(requeued::addAll);
  }

  static K8sProperties.WorkerTaint taint(boolean enabled, String value, String effect) {
    return new K8sProperties.WorkerTaint(enabled, "worker-node", value, effect);
  }

  static Settings through(Path kubeconfig) {
    return new Settings(kubeconfig, null, NO_TAINT, false, K8sProperties.OnDelete.DELETE_NODE);
  }

  /** The settings that tests change. */
  record Settings(
      Path kubeconfig,
      @Nullable Map<String, String> labels,
      K8sProperties.WorkerTaint taint,
      boolean revoke,
      K8sProperties.OnDelete onDelete) {

    Settings expecting(Map<String, String> newLabels) {
      return new Settings(kubeconfig, newLabels, taint, revoke, onDelete);
    }

    Settings tainting(String value, String effect) {
      return new Settings(kubeconfig, labels, K8sSite.taint(true, value, effect), revoke, onDelete);
    }

    Settings revoking() {
      return new Settings(kubeconfig, labels, taint, true, onDelete);
    }

    Settings keepingNodes() {
      return new Settings(kubeconfig, labels, taint, revoke, K8sProperties.OnDelete.KEEP_NODE);
    }

    K8sSite open() {
      return new K8sSite(
          new K8sProperties(
              kubeconfig.toString(),
              "machine_name",
              labels,
              taint,
              revoke,
              onDelete,
              Duration.ofDays(7),
              Duration.ofSeconds(2),
              Duration.ofSeconds(2),
              "kubeconfig"));
    }
  }

  K8sWorker worker() {
    return worker;
  }

  List<String> requeued() {
    return requeued;
  }

  @Override
  public void close() {
    worker.stop();
  }
}

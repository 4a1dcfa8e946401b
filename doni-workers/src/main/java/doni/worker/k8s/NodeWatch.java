package doni.worker.k8s;

import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalListener;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.RequeueTrigger;
import doni.worker.SiteListing;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredClusterNode;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requeues devices on relevant events of their Nodes, and reports whether the devices respond.
 *
 * <p>Every heartbeat of every kubelet is an event. A device is requeued when its Node appears,
 * disappears, registers again, changes its readiness, or no longer carries what the worker wrote.
 * The worker registers what it expects before it writes, so that its own patch requeues nothing.
 * Expectations may be lost: without one, any change of a managed label or taint requeues.
 */
final class NodeWatch implements K8sClient.Listener {

  /** Collects the events of one list or of one network interruption. */
  private static final long COLLECT_MILLIS = 50;

  private static final int BATCH = 1000;

  /** Why a device without a Node does not respond. */
  private static final String NO_NODE = "it has no node in the cluster";

  /** The value of a label of which only the key matters. */
  private static final String ANY_VALUE = "";

  /** The part of a Node that matters. */
  private record WatchedState(
      String uid, boolean ready, Map<String, String> labels, Set<String> taints, boolean held) {}

  /**
   * @param forBlazar whether it also matters that Blazar uses the Node
   * @param watched empty for a Node that is expected to disappear
   */
  private record Expectation(
      DesiredClusterNode desired, boolean forBlazar, Optional<WatchedState> watched) {}

  private final Supplier<DesiredClusterNode> defaultNode;
  private final ConcurrentMap<String, Expectation> expectations = new ConcurrentHashMap<>();

  /** The present name of a device by a former one whose Node still exists. */
  private final ConcurrentMap<String, String> presentNames = new ConcurrentHashMap<>();

  private final BlockingQueue<String> requeued = new LinkedBlockingQueue<>();
  private volatile SignalListener signals = SignalListener.NONE;
  private @Nullable Thread requeuing;

  /**
   * @param defaultNode what matters of a Node without an expectation
   */
  NodeWatch(Supplier<DesiredClusterNode> defaultNode) {
    this.defaultNode = defaultNode;
  }

  /** Returns what all Nodes of the cluster say about their devices. */
  static SiteListing listing(List<ClusterNode> nodes) {
    return SiteListing.ofSignals(
        SignalReport.named(NO_NODE, nodes.stream().map(ClusterNode::signal).toList()));
  }

  void reportTo(SignalListener listener) {
    signals = listener;
  }

  void start(RequeueTrigger trigger) {
    requeuing =
        Thread.ofVirtual().name("k8s-requeue").start(() -> requeueUntilInterrupted(trigger));
  }

  void stop() {
    if (requeuing != null) {
      requeuing.interrupt();
    }
  }

  /** Expects the Node to be as desired, now or after the next write. */
  void expect(ClusterNode node, DesiredClusterNode desired) {
    Set<String> taints = desired.taint().map(taint -> Set.of(taint.text())).orElse(Set.of());
    Map<String, String> labels = new HashMap<>(desired.labels());
    if (desired.addsBlazarLabel()) {
      labels.put(ClusterNode.BLAZAR_DEVICE, ANY_VALUE);
    }
    WatchedState watched = new WatchedState(node.uid(), node.ready(), labels, taints, false);
    expectations.put(node.name(), new Expectation(desired, false, Optional.of(watched)));
  }

  /** Expects the Node to stay as it is; Blazar releasing it requeues. */
  void expectRelease(ClusterNode node, DesiredClusterNode desired) {
    WatchedState watched = watched(node, desired, true);
    expectations.put(node.name(), new Expectation(desired, true, Optional.of(watched)));
  }

  /** As {@link #expectRelease} for the Node that a device had under a former name. */
  void expectRelease(ClusterNode former, DesiredClusterNode desired, String presentName) {
    presentNames.put(former.name(), presentName);
    expectRelease(former, desired);
  }

  /** Expects the Node to disappear. */
  void expectDeletion(String name) {
    expectations.put(name, new Expectation(defaultNode.get(), false, Optional.empty()));
  }

  void forget(String name) {
    expectations.remove(name);
    presentNames.remove(name);
  }

  @Override
  public void appeared(ClusterNode node) {
    signals.changed(node.signal());
    Expectation expected = expectations.get(node.name());
    if (expected == null || !asExpected(node, expected)) {
      requeue(node.name());
    }
  }

  @Override
  public void changed(ClusterNode before, ClusterNode after) {
    DeviceSignal signal = after.signal();
    if (!signal.equals(before.signal())) {
      signals.changed(signal);
    }
    Expectation expected = expectations.get(after.name());
    DesiredClusterNode desired = expected == null ? defaultNode.get() : expected.desired();
    boolean forBlazar = expected != null && expected.forBlazar();
    // An event from before our patch differs from the expectation, but changes nothing.
    boolean changed =
        !watched(before, desired, forBlazar).equals(watched(after, desired, forBlazar));
    if (changed && (expected == null || !asExpected(after, expected))) {
      requeue(after.name());
    }
  }

  @Override
  public void disappeared(String name) {
    signals.changed(DeviceSignal.named(name, SignalStatus.SILENT, NO_NODE, null));
    Expectation expected = expectations.remove(name);
    if (expected == null || expected.watched().isPresent()) {
      requeue(name);
    }
  }

  /** Under a former name, another device may be enrolled by now. */
  private void requeue(String name) {
    requeued.add(name);
    String present = presentNames.get(name);
    if (present != null) {
      requeued.add(present);
    }
  }

  private static boolean asExpected(ClusterNode node, Expectation expected) {
    return expected
        .watched()
        .filter(watched -> watched.equals(watched(node, expected.desired(), expected.forBlazar())))
        .isPresent();
  }

  private static WatchedState watched(
      ClusterNode node, DesiredClusterNode desired, boolean forBlazar) {
    Map<String, String> labels = new HashMap<>();
    node.labels()
        .forEach((key, value) -> {
          if (desired.managedKeys().contains(key) || desired.labels().containsKey(key)) {
            labels.put(key, value);
          } else if (desired.addsBlazarLabel() && key.equals(ClusterNode.BLAZAR_DEVICE)) {
            labels.put(key, ANY_VALUE);
          }
        });
    Set<String> taints = new LinkedHashSet<>();
    for (NodeTaint taint : node.taints()) {
      if (desired.manages(taint)) {
        taints.add(taint.text());
      }
    }
    return new WatchedState(
        node.uid(), node.ready(), labels, taints, forBlazar && node.hasLabelsOfBlazar());
  }

  private void requeueUntilInterrupted(RequeueTrigger trigger) {
    try {
      while (true) {
        Set<String> names = new LinkedHashSet<>(List.of(requeued.take()));
        String next = requeued.poll(COLLECT_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          names.add(next);
          requeued.drainTo(names, BATCH);
        }
        trigger.requeueByName(names);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}

package doni.worker.k8s;

import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Node of a device that has joined.
 *
 * @param uid changes when the Node is deleted and registers again
 * @param ready whether its kubelet reports so; a kubelet without heartbeats counts as not ready
 * @param notReadyReason why it is not ready, in Kubernetes' word; null while it is ready and before
 *     the kubelet's first report
 * @param kubeletSilent whether the cluster has marked it because its kubelet no longer reports
 * @param lastTransition when {@code ready} last changed; null before the kubelet's first report
 */
record ClusterNode(
    String name,
    String uid,
    String resourceVersion,
    Map<String, String> labels,
    List<NodeTaint> taints,
    boolean ready,
    @Nullable String notReadyReason,
    boolean kubeletSilent,
    @Nullable Instant lastTransition) {

  /** Prefix of the labels that Blazar sets while it uses the Node. */
  static final String BLAZAR_PREFIX = "blazar.openstack.org/";

  /** The id of the Node's device in Blazar; leased containers are scheduled by it. */
  static final String BLAZAR_DEVICE = BLAZAR_PREFIX + "device";

  ClusterNode {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  /** Creates a Node whose kubelet reports, whether it is ready or not. */
  ClusterNode(
      String name,
      String uid,
      String resourceVersion,
      Map<String, String> labels,
      List<NodeTaint> taints,
      boolean ready,
      @Nullable Instant lastTransition) {
    this(name, uid, resourceVersion, labels, taints, ready, null, false, lastTransition);
  }

  /** Returns what the Node says about whether its device responds. */
  DeviceSignal signal() {
    if (ready) {
      return DeviceSignal.named(name, SignalStatus.RESPONDS, "its node is ready", null);
    }
    String detail = notReadyReason == null ? "" : " (" + notReadyReason + ")";
    return kubeletSilent
        ? DeviceSignal.named(
            name,
            SignalStatus.SILENT,
            "its kubelet no longer reports to the cluster" + detail,
            null)
        : DeviceSignal.named(
            name, SignalStatus.IMPAIRED, "its kubelet reports that it is not ready" + detail, null);
  }

  boolean hasLabelsOfBlazar() {
    return labels.keySet().stream().anyMatch(key -> key.startsWith(BLAZAR_PREFIX));
  }

  /**
   * A taint of a Node.
   *
   * @param value absent where the taint was written without one
   * @param timeAdded when a NoExecute taint was added, as the API server writes it
   */
  record NodeTaint(String key, @Nullable String value, String effect, @Nullable String timeAdded) {

    /** What identifies a taint on a Node. */
    record Slot(String key, String effect) {}

    private static final Pattern TEXT = Pattern.compile("([^=:]+)=([^=:]*):([A-Za-z]+)");

    static NodeTaint of(String key, String value, String effect) {
      return new NodeTaint(key, value, effect, null);
    }

    /** Returns the taint with this {@link #text}; empty when the text is malformed. */
    static Optional<NodeTaint> parse(String text) {
      Matcher parts = TEXT.matcher(text);
      return parts.matches()
          ? Optional.of(of(parts.group(1), parts.group(2), parts.group(3)))
          : Optional.empty();
    }

    Slot slot() {
      return new Slot(key, effect);
    }

    /** Returns whether the same toleration tolerates both; the time does not count. */
    boolean sameAs(NodeTaint other) {
      return slot().equals(other.slot()) && valueOrEmpty().equals(other.valueOrEmpty());
    }

    String text() {
      return key + '=' + valueOrEmpty() + ':' + effect;
    }

    private String valueOrEmpty() {
      return value == null ? "" : value;
    }
  }
}

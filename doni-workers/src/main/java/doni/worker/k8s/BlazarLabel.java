package doni.worker.k8s;

import doni.convergence.StateDetails;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The label of a Node that names its device in Blazar, which Blazar and this worker share.
 *
 * <p>Blazar sets it when it creates the device and takes it off when it deletes the device. The
 * worker adds it where it was lost: the creation failed halfway, or the Node has registered again.
 * A label that has vanished from the same Node may mean that the device is gone, so it is added
 * only after {@link #CONFIRMATION}, in which Blazar's worker looks. What the worker added it also
 * removes, as soon as Blazar's worker no longer reports the device.
 *
 * @param reported the device that Blazar's worker reports
 * @param recorded the label as it was seen last
 */
record BlazarLabel(Optional<String> reported, Optional<SeenLabel> recorded) {

  /** How long Blazar's worker has to find out whether the device of a lost label is gone. */
  static final Duration CONFIRMATION = Duration.ofSeconds(30);

  static final String DETAIL = "blazar_label";

  private static final String ID = "id";
  private static final String NODE = "node";
  private static final String UID = "uid";
  private static final String ADDED = "added";
  private static final String LOST = "lost";

  /**
   * The label as it was seen last.
   *
   * @param added whether this worker added it
   * @param lost when it was found to be missing
   */
  record SeenLabel(String id, String node, String uid, boolean added, Optional<Instant> lost) {

    static Optional<SeenLabel> of(StateDetails details) {
      StateDetails seen = new StateDetails(details.object(DETAIL));
      return seen.text(ID)
          .flatMap(id ->
              seen.text(NODE)
                  .flatMap(node ->
                      seen.text(UID)
                          .map(uid ->
                              new SeenLabel(
                                  id,
                                  node,
                                  uid,
                                  Boolean.TRUE.equals(seen.values().get(ADDED)),
                                  seen.instant(LOST)))));
    }

    private boolean isOn(ClusterNode node) {
      return uid.equals(node.uid());
    }

    Map<String, Object> report() {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put(ID, id);
      report.put(NODE, node);
      report.put(UID, uid);
      report.put(ADDED, added);
      lost.ifPresent(time -> report.put(LOST, time.toString()));
      return report;
    }
  }

  /** Returns the time from which on the label may be added; empty where it must not be. */
  Optional<Instant> addableFrom(ClusterNode node, Instant now) {
    if (reported.isEmpty() || node.labels().containsKey(ClusterNode.BLAZAR_DEVICE)) {
      return Optional.empty();
    }
    SeenLabel seen = recorded.filter(label -> label.id().equals(reported.get())).orElse(null);
    if (seen == null) {
      return Optional.of(now);
    }
    if (!seen.node().equals(node.name())) {
      // The device has this id under its former name.
      return Optional.empty();
    }
    return Optional.of(seen.isOn(node) ? seen.lost().orElse(now).plus(CONFIRMATION) : now);
  }

  /** Returns whether the Node carries a label that the worker added for a device that is gone. */
  boolean isStale(ClusterNode node) {
    String id = node.labels().get(ClusterNode.BLAZAR_DEVICE);
    return id != null
        && recorded.filter(l -> l.added() && l.isOn(node) && l.id().equals(id)).isPresent()
        && !id.equals(reported.orElse(null));
  }

  /** Returns the labels by which Blazar holds the Node, as {@code key=value}. */
  List<String> holding(ClusterNode node) {
    return node.labels().entrySet().stream()
        .filter(label -> label.getKey().startsWith(ClusterNode.BLAZAR_PREFIX))
        .filter(label -> !label.getKey().equals(ClusterNode.BLAZAR_DEVICE) || !isStale(node))
        .map(label -> label.getKey() + '=' + label.getValue())
        .sorted()
        .toList();
  }

  /** Returns what to record; null where there is nothing to know. */
  @Nullable Map<String, Object> report(
      Optional<ClusterNode> observed, Instant now, List<K8sWrite> written) {
    if (observed.isEmpty()) {
      return recorded.map(SeenLabel::report).orElse(null);
    }
    ClusterNode node = observed.get();
    String added = added(node, written);
    String present = added == null ? node.labels().get(ClusterNode.BLAZAR_DEVICE) : added;
    SeenLabel before = recorded.orElse(null);
    if (present != null) {
      boolean ours =
          added != null
              || (before != null
                  && before.added()
                  && before.isOn(node)
                  && before.id().equals(present));
      return new SeenLabel(present, node.name(), node.uid(), ours, Optional.empty()).report();
    }
    if (before == null || !before.id().equals(reported.orElse(null))) {
      return null;
    }
    Optional<Instant> lost =
        before.isOn(node) ? before.lost().or(() -> Optional.of(now)) : before.lost();
    return new SeenLabel(before.id(), before.node(), before.uid(), before.added(), lost).report();
  }

  private static @Nullable String added(ClusterNode node, List<K8sWrite> written) {
    return written.stream()
        .filter(K8sWrite.PatchNode.class::isInstance)
        .map(K8sWrite.PatchNode.class::cast)
        .filter(patch -> patch.name().equals(node.name()))
        .map(patch -> patch.labels().get(ClusterNode.BLAZAR_DEVICE))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}

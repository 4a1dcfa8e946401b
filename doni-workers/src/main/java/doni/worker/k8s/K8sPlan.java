package doni.worker.k8s;

import doni.convergence.ConvergingPlan;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.k8s.K8sDesiredState.NodeRemoval;
import doni.worker.k8s.K8sWrite.DeleteNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes the drift of one device in the cluster until nothing differs. */
final class K8sPlan extends ConvergingPlan<K8sObservedState> {

  private static final String NO_NODE = "No matching k8s node found";

  private final K8sClient client;
  private final NodeWatch watch;
  private final Clock clock;
  private final K8sDesiredState desired;
  private final K8sRecordedState recorded;
  private final List<K8sWrite> written = new ArrayList<>();

  /** Nodes that must be left, without the permission to delete them. */
  private final Set<String> kept = new HashSet<>();

  private K8sObservedState last;

  /**
   * Reads the device's state.
   *
   * @param current whether to read it from the cluster; otherwise the watch's memory suffices
   */
  K8sPlan(
      K8sClient client,
      NodeWatch watch,
      Clock clock,
      K8sDesiredState desired,
      K8sRecordedState recorded,
      boolean current) {
    super(K8sObservedState.read(client, desired, clock, current), current);
    this.last = observed();
    this.client = client;
    this.watch = watch;
    this.clock = clock;
    this.desired = desired;
    this.recorded = recorded;
  }

  @Override
  public List<Change> changes() {
    return drift(observed()).changes();
  }

  @Override
  public Optional<Outcome> conclusion() {
    return conclude(observed());
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return written.isEmpty() ? Map.of() : recorded.unfinishedReport(desired, last, written);
  }

  @Override
  protected K8sObservedState observe() {
    return K8sObservedState.read(client, desired, clock, true);
  }

  /** Tells the watch which events are ours, so that they do not requeue the device. */
  @Override
  protected void prepare(K8sObservedState seen) {
    K8sObservedState observed = seen.without(kept);
    last = observed;
    if (observed.node().isEmpty() || isFinallyKept(observed)) {
      watch.forget(desired.nodeName());
    } else if (desired.isDeleted() && desired.isHeld(observed.node().get())) {
      watch.expectRelease(observed.node().get(), desired.node());
    } else {
      watch.expect(observed.node().get(), desired.node());
    }
    observed.formerNodes().stream()
        .filter(former -> !desired.isReleased(former, observed.node()))
        .forEach(
            former -> watch.expectRelease(former, desired.node().withdrawn(), desired.nodeName()));
  }

  @Override
  protected Optional<Outcome> conclude(K8sObservedState observed) {
    K8sDrift drift = drift(observed);
    if (!drift.isEmpty()) {
      return drift.writes().stream().anyMatch(this::isDeletedAlready)
          ? Optional.of(new Outcome.Deferred("node deletion in progress", null, Map.of()))
          : Optional.empty();
    }
    if (drift.refusal().isPresent()) {
      return Optional.of(new Outcome.Failed(drift.refusal().get(), false, null, Map.of()));
    }
    return Optional.of(desired.isDeleted() ? withdrawn(observed) : joined(observed));
  }

  @Override
  protected Optional<Outcome> write(K8sObservedState observed) {
    for (K8sWrite write : drift(observed).writes()) {
      if (write instanceof DeleteNode(String name, _)) {
        watch.expectDeletion(name);
      }
      gate().announce(recorded.announcement(desired, observed, write));
      switch (gate().admit(() -> client.write(write))) {
        case DONE -> {
          written.add(write);
          log().addAll(write.changes());
        }
        // The rest was derived from a state that has changed.
        case CONFLICT, ABSENT -> {
          return Optional.empty();
        }
        case FORBIDDEN -> keep(write);
      }
    }
    return Optional.empty();
  }

  @Override
  protected String subject() {
    return "node " + desired.nodeName();
  }

  @Override
  protected Map<String, @Nullable Object> details(K8sObservedState observed) {
    return recorded.report(desired, observed, written, false);
  }

  private K8sDrift drift(K8sObservedState seen) {
    return K8sDrift.between(desired, seen.without(kept));
  }

  private Outcome joined(K8sObservedState observed) {
    K8sObservedState seen = observed.without(kept);
    Map<String, @Nullable Object> details = recorded.report(desired, seen, written, true);
    if (seen.node().isEmpty()) {
      return new Outcome.Deferred(NO_NODE, null, details);
    }
    Optional<Instant> addable = desired.blazar().addableFrom(seen.node().get(), seen.at());
    if (addable.isPresent()) {
      return new Outcome.Deferred(
          "label %s was removed from node %s; waiting for Blazar's worker to find out whether its device is gone"
              .formatted(ClusterNode.BLAZAR_DEVICE, desired.nodeName()),
          Duration.between(seen.at(), addable.get()),
          details);
    }
    return seen.formerNodes().stream()
        .filter(former -> !desired.isReleased(former, seen.node()))
        .findFirst()
        .<Outcome>map(former -> new Outcome.Deferred(waitingFor(former), null, details))
        .orElseGet(() -> new Outcome.Synced(details, List.of()));
  }

  private String waitingFor(ClusterNode former) {
    List<String> labels = desired.blazar().holding(former);
    return labels.isEmpty()
        ? "waiting for former node %s to stop: it is still ready; then it is %s"
            .formatted(former.name(), removed())
        : waitingForBlazar("former node " + former.name(), labels);
  }

  private String waitingForBlazar(String node, List<String> labels) {
    return labels.isEmpty()
        ? "waiting for Blazar's worker to delete the device of %s; then the node is %s"
            .formatted(node, removed())
        : "waiting for Blazar to release %s, which has %s; then the node is %s"
            .formatted(node, String.join(", ", labels), removed());
  }

  private String removed() {
    return desired.removal() == NodeRemoval.DELETE ? "deleted" : "left without Doni's labels";
  }

  private Outcome withdrawn(K8sObservedState seen) {
    // Blazar patches the Node when it deletes its device, and fails when there is none.
    return Stream.concat(seen.node().stream(), seen.formerNodes().stream())
        .filter(desired::isHeld)
        .findFirst()
        .<Outcome>map(node ->
            new Outcome.Deferred(
                waitingForBlazar("node " + node.name(), desired.blazar().holding(node)),
                null,
                recorded.report(desired, seen, written, false)))
        .orElseGet(() -> new Outcome.Gone(List.of()));
  }

  private void keep(K8sWrite write) {
    if (write instanceof DeleteNode(String name, _)) {
      kept.add(name);
      watch.forget(name);
      log().add(Change.update("node " + name, null, "kept: no permission to delete nodes"));
    }
  }

  /** A Node with finalizers is visible for a while after its deletion. */
  private boolean isDeletedAlready(K8sWrite write) {
    return write instanceof DeleteNode && written.contains(write);
  }

  private boolean isFinallyKept(K8sObservedState seen) {
    return desired.isDeleted()
        && desired.removal() == NodeRemoval.KEEP
        && drift(seen).isEmpty()
        && seen.node().filter(desired::isHeld).isEmpty();
  }
}

package doni.worker.k8s;

import doni.convergence.ConvergingPlan;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.k8s.K8sDesiredState.NodeRemoval;
import doni.worker.k8s.K8sWrite.DeleteNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    return written.isEmpty() ? Map.of() : recorded.unfinishedReport(desired, written);
  }

  @Override
  protected K8sObservedState observe() {
    return K8sObservedState.read(client, desired, clock, true);
  }

  /** Tells the watch which events are ours, so that they do not requeue the device. */
  @Override
  protected void prepare(K8sObservedState observed) {
    if (observed.node().isEmpty() || isFinallyKept(observed)) {
      watch.forget(desired.nodeName());
    } else if (desired.isDeleted()) {
      watch.expectRelease(observed.node().get(), desired.node());
    } else {
      watch.expect(observed.node().get(), desired.node());
    }
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
      if (write instanceof DeleteNode) {
        watch.expectDeletion(desired.nodeName());
      }
      switch (client.write(write)) {
        case DONE -> {
          written.add(write);
          log().addAll(write.changes());
        }
        // The rest was derived from a state that has changed.
        case CONFLICT, ABSENT -> {
          return Optional.empty();
        }
        case FORBIDDEN -> {
          return Optional.of(withoutDeletingNode());
        }
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
    return K8sDrift.between(desired, seen);
  }

  private Outcome joined(K8sObservedState seen) {
    Map<String, @Nullable Object> details = recorded.report(desired, seen, written, true);
    return seen.node().isEmpty()
        ? new Outcome.Deferred(NO_NODE, null, details)
        : new Outcome.Synced(details, List.of());
  }

  private Outcome withdrawn(K8sObservedState seen) {
    if (seen.node().isEmpty() || desired.removal() == NodeRemoval.KEEP) {
      return new Outcome.Gone(List.of());
    }
    // Blazar patches the Node when it deletes its device, and fails when there is none.
    return new Outcome.Deferred(
        "waiting for Blazar to release the node, which still has a device or a"
            + " blazar.openstack.org label; then the node is deleted",
        null,
        recorded.report(desired, seen, written, true));
  }

  private Outcome withoutDeletingNode() {
    watch.forget(desired.nodeName());
    log()
        .add(
            Change.update(
                "node " + desired.nodeName(), null, "kept: no permission to delete nodes"));
    return new Outcome.Gone(List.of());
  }

  /** A Node with finalizers is visible for a while after its deletion. */
  private boolean isDeletedAlready(K8sWrite write) {
    return write instanceof DeleteNode && written.contains(write);
  }

  private boolean isFinallyKept(K8sObservedState seen) {
    return desired.isDeleted() && desired.removal() == NodeRemoval.KEEP && drift(seen).isEmpty();
  }
}

package doni.worker.k8s;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a drift until nothing of it is left: each round of writes is followed by a reading, and
 * only a reading without drift ends well. A round that somebody else disturbed is repeated on what
 * is then found.
 */
final class K8sPlan implements ReconcilePlan {

  private static final int ROUNDS = 6;
  private static final String NO_NODE = "No matching k8s node found";

  /**
   * @param observeAfresh reads the device's state in the cluster again
   * @param reservable whether the device is known to Blazar, as far as its worker has reported
   */
  record Means(
      Cluster cluster,
      NodeWatch watch,
      Supplier<Observed> observeAfresh,
      K8sProperties.OnDelete onDelete,
      boolean reservable) {}

  private final Means means;
  private final Desired desired;
  private final Recorded recorded;
  private final Observed observed;
  private final boolean afresh;
  private final Drift drift;
  private final Progress progress = new Progress();

  /**
   * @param afresh whether the observation comes from the cluster itself, not from the watch's
   *     memory
   */
  K8sPlan(Means means, Desired desired, Recorded recorded, Observed observed, boolean afresh) {
    this.means = means;
    this.desired = desired;
    this.recorded = recorded;
    this.observed = observed;
    this.afresh = afresh;
    this.drift = Drift.between(desired, observed);
  }

  @Override
  public List<Change> changes() {
    if (drift.refusal().isPresent()) {
      return drift.secrets().stream().map(SecretStep::change).toList();
    }
    List<Change> changes = new ArrayList<>(drift.changes());
    if (deleted()) {
      observed
          .node()
          .filter(node -> mayDelete(node))
          .map(node -> Change.delete("node " + node.name()))
          .ifPresent(changes::add);
    }
    return changes;
  }

  @Override
  public Optional<Outcome> conclusion() {
    if (!changes().isEmpty()) {
      return Optional.empty();
    }
    if (drift.refusal().isPresent()) {
      return Optional.of(new Outcome.Failed(drift.refusal().get(), false, null, Map.of()));
    }
    return observed.node().isEmpty() && !deleted()
        ? Optional.of(new Outcome.Deferred(NO_NODE, null, Map.of()))
        : Optional.empty();
  }

  @Override
  public Outcome apply() {
    return converge().withChanges(progress.changes());
  }

  @Override
  public List<Change> written() {
    return progress.changes();
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return progress.changes().isEmpty()
        ? Map.of()
        : Details.afterInterruption(desired, recorded, progress);
  }

  private Outcome converge() {
    Observed seen = observed;
    Drift left = drift;
    // The watch's memory may lag behind, and a list of taints must be right for the Node as it is.
    if (!afresh && !left.isEmpty()) {
      seen = means.observeAfresh().get();
      left = Drift.between(desired, seen);
    }
    for (int round = 0; round < ROUNDS; round++) {
      if (left.refusal().isPresent()) {
        left.secrets().forEach(this::write);
        return new Outcome.Failed(left.refusal().get(), false, null, Map.of());
      }
      expect(seen);
      if (left.isEmpty()) {
        return deleted() ? withdrawn(seen) : settled(seen);
      }
      write(left, seen);
      seen = means.observeAfresh().get();
      left = Drift.between(desired, seen);
    }
    return new Outcome.Deferred(
        "what we write to the cluster for this device is changed by somebody else at once",
        null,
        Details.of(desired, recorded, seen, progress, false));
  }

  private void write(Drift left, Observed seen) {
    left.secrets().forEach(this::write);
    if (seen.node().isPresent() && !left.node().isEmpty()) {
      ClusterNode node = seen.node().get();
      if (means.cluster().patch(node.name(), left.node().patch(node)) == Written.DONE) {
        progress.wrote(left.node().changes());
      }
    }
  }

  private void write(SecretStep step) {
    Written written =
        switch (step) {
          case SecretStep.Create(TokenWish wish) -> means.cluster().create(wish);
          case SecretStep.Update(TokenWish wish, _) -> means.cluster().update(wish);
          case SecretStep.Delete(String id) -> means.cluster().deleteTokenSecret(id);
        };
    if (written == Written.DONE) {
      progress.wrote(step);
    }
  }

  private void expect(Observed seen) {
    if (seen.node().isEmpty()) {
      means.watch().forget(desired.nodeName());
    } else if (deleted()) {
      means.watch().expectRelease(seen.node().get(), desired.node());
    } else {
      means.watch().expect(seen.node().get(), desired.node());
    }
  }

  private Outcome settled(Observed seen) {
    Map<String, @Nullable Object> details = Details.of(desired, recorded, seen, progress, true);
    return seen.node().isEmpty()
        ? new Outcome.Deferred(NO_NODE, null, details)
        : new Outcome.Synced(details, progress.changes());
  }

  private Outcome withdrawn(Observed seen) {
    if (seen.node().isEmpty() || means.onDelete() == K8sProperties.OnDelete.KEEP_NODE) {
      means.watch().forget(desired.nodeName());
      return new Outcome.Gone(progress.changes());
    }
    ClusterNode node = seen.node().get();
    if (isHeld(node)) {
      // Blazar patches the Node when it deletes its device, and fails when there is none.
      return new Outcome.Deferred(
          "Blazar still holds the node: it is deleted when Blazar's device and its blazar.openstack.org labels are gone",
          null,
          Details.of(desired, recorded, seen, progress, true));
    }
    means.watch().expectDeletion(node.name());
    return switch (means.cluster().deleteNode(node.name(), node.uid())) {
      case DONE, ABSENT -> deletedNode(node);
      case FORBIDDEN -> keptNode(node);
      case CONFLICT -> new Outcome.Deferred("the node has registered anew", null, Map.of());
    };
  }

  private Outcome deletedNode(ClusterNode node) {
    progress.wrote(List.of(Change.delete("node " + node.name())));
    return means.cluster().node(node.name()).filter(n -> n.uid().equals(node.uid())).isPresent()
        ? new Outcome.Deferred("the node is being deleted", null, Map.of())
        : new Outcome.Gone(progress.changes());
  }

  private Outcome keptNode(ClusterNode node) {
    means.watch().forget(node.name());
    progress.wrote(
        List.of(
            Change.update(
                "node " + node.name(), null, "kept: the right to delete nodes is not given")));
    return new Outcome.Gone(progress.changes());
  }

  private boolean deleted() {
    return desired.tokenRule().withdrawn();
  }

  private boolean mayDelete(ClusterNode node) {
    return means.onDelete() == K8sProperties.OnDelete.DELETE_NODE && !isHeld(node);
  }

  /** A device that Blazar has half made has no label on its Node, and leases all the same. */
  private boolean isHeld(ClusterNode node) {
    return means.reservable() || node.blazarHoldsIt();
  }
}

package doni.worker.k8s;

import doni.worker.Change;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One write to the cluster. */
sealed interface K8sWrite {

  /** Returns what the write changes, without secrets. */
  List<Change> changes();

  /** Returns the token that is valid after the write. */
  default Optional<DesiredToken> validToken() {
    return Optional.empty();
  }

  /** Creates the secret of a token. */
  record CreateSecret(DesiredToken desired) implements K8sWrite {
    @Override
    public List<Change> changes() {
      return List.of(
          new Change(
              Change.Action.CREATE,
              object(desired.token().id()),
              null,
              "until " + desired.expires()));
    }

    @Override
    public Optional<DesiredToken> validToken() {
      return Optional.of(desired);
    }
  }

  /**
   * Overwrites the secret of a token, whichever device it names as its owner.
   *
   * @param from what is wrong with it
   */
  record UpdateSecret(DesiredToken desired, String from) implements K8sWrite {
    @Override
    public List<Change> changes() {
      return List.of(
          Change.update(object(desired.token().id()), from, "until " + desired.expires()));
    }

    @Override
    public Optional<DesiredToken> validToken() {
      return Optional.of(desired);
    }
  }

  /** Deletes the secret of a token that must no longer be valid. */
  record DeleteSecret(String id) implements K8sWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete(object(id)));
    }
  }

  /**
   * Changes labels and taints of a Node, and nothing else.
   *
   * @param labels keys to set, and with a null value keys to remove
   * @param taints null where the taints stay as they are
   */
  record PatchNode(
      String name,
      Map<String, @Nullable String> labels,
      @Nullable TaintList taints,
      List<Change> changes)
      implements K8sWrite {

    public PatchNode {
      labels = Collections.unmodifiableMap(new TreeMap<>(labels));
      changes = List.copyOf(changes);
    }
  }

  /**
   * All taints of a Node. They replace the whole list, so they are valid only for the Node that was
   * read.
   *
   * @param resourceVersion of that Node; the API server refuses the patch when it has changed since
   */
  record TaintList(List<NodeTaint> all, String resourceVersion) {
    public TaintList {
      all = List.copyOf(all);
    }
  }

  /**
   * Deletes a Node.
   *
   * @param uid of the Node that is meant; a Node that has registered again is a conflict
   */
  record DeleteNode(String name, String uid) implements K8sWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("node " + name));
    }
  }

  private static String object(String id) {
    return "secret " + K8sObjects.secretName(id);
  }
}

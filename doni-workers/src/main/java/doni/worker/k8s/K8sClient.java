package doni.worker.k8s;

import doni.worker.LanePause;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import java.util.List;
import java.util.Optional;

/**
 * The cluster that devices join.
 *
 * <p>Every method except {@link #lanePause} may block, and throws a {@link
 * doni.backend.BackendException} when there is no answer, or one that is not documented here. Its
 * text never holds a token.
 */
interface K8sClient {

  /** Receives the events of Nodes, one after the other. Must not block. */
  interface Listener {

    void appeared(ClusterNode node);

    void changed(ClusterNode before, ClusterNode after);

    void disappeared(String name);
  }

  /** Starts the watch. Every existing Node appears once. */
  void start(Listener listener);

  void stop();

  /** Returns why the cluster cannot be called at the moment; from memory. */
  Optional<LanePause> lanePause();

  /** Returns the cluster's address, and which of these permissions are missing, in order. */
  GrantedAccess access(List<Permission> permissions);

  /**
   * A permission on a resource of the core group.
   *
   * @param namespace empty for a cluster-wide resource
   */
  record Permission(String verb, String resource, String namespace) {
    @Override
    public String toString() {
      return verb + " " + resource + (namespace.isEmpty() ? "" : " in " + namespace);
    }
  }

  /** The permissions that a user has, and those that are missing. */
  record GrantedAccess(String server, List<Permission> missing) {
    public GrantedAccess {
      missing = List.copyOf(missing);
    }
  }

  /**
   * Returns the Node as the watch last saw it, which costs no call; reads it while there is no
   * watch.
   */
  Optional<ClusterNode> watchedNode(String name);

  /**
   * Returns all Nodes as the watch sees them now, without a call; empty while there is no watch.
   */
  Optional<List<ClusterNode>> watchedNodes();

  /** Reads the Node. */
  Optional<ClusterNode> node(String name);

  Optional<TokenSecret> tokenSecret(String id);

  /** Carries out a write. Only {@link K8sWrite.DeleteNode} can be forbidden. */
  K8sWriteResult write(K8sWrite write);
}

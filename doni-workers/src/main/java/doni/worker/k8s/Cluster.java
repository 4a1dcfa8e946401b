package doni.worker.k8s;

import doni.worker.LanePause;
import java.util.List;
import java.util.Optional;

/**
 * The cluster that devices join.
 *
 * <p>Every method but {@link #hold} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none or when it is one that a worker can do nothing
 * with. Its text never holds a token.
 */
interface Cluster {

  /** Hears of Nodes. Called one after the other, and must not wait. */
  interface Listener {

    void appeared(ClusterNode node);

    void changed(ClusterNode before, ClusterNode after);

    void disappeared(String name);
  }

  /** Begins to watch. Every Node that is there already appears once. */
  void start(Listener listener);

  void stop();

  /** Why nothing can be asked of the cluster at the moment; from memory. */
  Optional<LanePause> hold();

  /**
   * Where the cluster is, and which of the rights that were asked for it does not give us.
   *
   * @param rights in the order in which they are to be told
   */
  Access access(List<Right> rights);

  /**
   * A right to do something with a resource of the core group.
   *
   * @param namespace empty for a resource of the whole cluster
   */
  record Right(String verb, String resource, String namespace) {
    @Override
    public String toString() {
      return verb + " " + resource + (namespace.isEmpty() ? "" : " in " + namespace);
    }
  }

  /**
   * @param server its address, for an operator
   */
  record Access(String server, List<Right> missing) {
    public Access {
      missing = List.copyOf(missing);
    }
  }

  /**
   * The Node as the watch last saw it, which may be some moments ago and costs no call; read afresh
   * while nothing is watched.
   */
  Optional<ClusterNode> glance(String name);

  /** The Node as it is now. */
  Optional<ClusterNode> node(String name);

  Written patch(String name, NodePatch patch);

  /**
   * Forbidden where the right to delete Nodes was not given.
   *
   * @param uid of the Node that is meant; one that has registered anew since is a conflict
   */
  Written deleteNode(String name, String uid);

  Optional<TokenSecret> tokenSecret(String id);

  Written create(TokenWish wish);

  /** Writes all that the wish says into the secret that is there, whoever it names as its owner. */
  Written update(TokenWish wish);

  Written deleteTokenSecret(String id);
}

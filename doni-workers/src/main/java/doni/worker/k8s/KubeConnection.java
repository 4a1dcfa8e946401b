package doni.worker.k8s;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One client with its watch, for as long as its kubeconfig is the one in use. */
final class KubeConnection {

  private final KubernetesClient client;
  private final ApiServer server;

  /** Held for reading by calls, for writing to close. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private boolean closed;
  private volatile @Nullable SharedIndexInformer<Node> informer;

  KubeConnection(KubernetesClient client, Duration requestTimeout) {
    this.client = client;
    this.server = new ApiServer(client, requestTimeout);
  }

  /**
   * Begins to watch all Nodes.
   *
   * @param before names of Nodes that an earlier connection saw; those that are not there any more
   *     are told to have disappeared
   */
  void watch(Cluster.Listener listener, Set<String> before) {
    SharedIndexInformer<Node> nodes = client.nodes().runnableInformer(0);
    nodes.addEventHandler(new Events(listener));
    // The default gives up on what goes wrong before the first list.
    nodes.exceptionHandler((_, _) -> true);
    informer = nodes;
    var _ =
        nodes
            .start()
            .whenComplete((_, failure) -> {
              if (failure == null) {
                Set<String> gone = new HashSet<>(before);
                gone.removeAll(names());
                gone.forEach(listener::disappeared);
              }
            });
  }

  /** Whether {@link #watched} is up to date. */
  boolean isWatching() {
    SharedIndexInformer<Node> nodes = informer;
    return nodes != null && nodes.hasSynced() && nodes.isWatching();
  }

  Optional<ClusterNode> watched(String name) {
    SharedIndexInformer<Node> nodes = informer;
    return nodes == null
        ? Optional.empty()
        : Optional.ofNullable(nodes.getStore().getByKey(name)).map(Nodes::read);
  }

  /** The names of all Nodes that were seen. */
  Set<String> names() {
    SharedIndexInformer<Node> nodes = informer;
    return nodes == null ? Set.of() : new HashSet<>(nodes.getStore().listKeys());
  }

  /** Makes a call; empty when the connection was closed before it could be made. */
  <T> Optional<T> call(Function<ApiServer, T> call) {
    use.readLock().lock();
    try {
      return closed ? Optional.empty() : Optional.of(call.apply(server));
    } finally {
      use.readLock().unlock();
    }
  }

  /** Ends the watch now, and the rest when the calls under way are done. Does not wait. */
  void close() {
    SharedIndexInformer<Node> nodes = informer;
    if (nodes != null) {
      nodes.stop();
    }
    Thread.startVirtualThread(() -> {
      use.writeLock().lock();
      try {
        closed = true;
      } finally {
        use.writeLock().unlock();
      }
      client.close();
    });
  }

  private record Events(Cluster.Listener listener) implements ResourceEventHandler<Node> {
    @Override
    public void onAdd(Node node) {
      listener.appeared(Nodes.read(node));
    }

    @Override
    public void onUpdate(Node before, Node after) {
      listener.changed(Nodes.read(before), Nodes.read(after));
    }

    @Override
    public void onDelete(Node node, boolean finalStateUnknown) {
      listener.disappeared(node.getMetadata().getName());
    }
  }
}

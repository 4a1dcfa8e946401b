package doni.worker.k8s;

import doni.worker.k8s.KubeClientFactory.IdentifiedClient;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client of the API server with its watch, for one version of the kubeconfig. */
final class KubeConnection {

  private static final Logger LOG = LoggerFactory.getLogger(KubeConnection.class);

  /** At most one line in this time says that the watch fails. */
  private static final Duration QUIET = Duration.ofMinutes(1);

  /** How long before its end a credential is renewed, or half of its lifetime if that is less. */
  private static final Duration EARLY = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final ApiServer server;
  private final Optional<Instant> expires;
  private final Optional<Instant> renewAt;

  /** Held for reading by calls, for writing to close. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private final Clock clock;
  private boolean closed;
  private volatile boolean stopped;
  private volatile @Nullable Instant lastWatchFailure;
  private volatile @Nullable SharedIndexInformer<Node> informer;

  /**
   * @param expires when the credential ends
   */
  KubeConnection(
      IdentifiedClient identified,
      Duration requestTimeout,
      Clock clock,
      Optional<Instant> expires) {
    this.clock = clock;
    Instant now = clock.instant();
    this.client = identified.client();
    this.server = new ApiServer(client, identified.caller(), requestTimeout);
    this.expires = expires;
    this.renewAt =
        expires.map(end -> {
          Duration half = Duration.between(now, end).dividedBy(2);
          return end.minus(half.compareTo(EARLY) < 0 ? half : EARLY);
        });
  }

  boolean isToBeRenewed(Instant now) {
    return renewAt.filter(time -> !time.isAfter(now)).isPresent();
  }

  boolean isExpired(Instant now) {
    return expires.filter(end -> !end.isAfter(now)).isPresent();
  }

  /**
   * Starts to watch all Nodes.
   *
   * @param before names of Nodes that an earlier connection saw; those that are missing now are
   *     reported as disappeared
   */
  void watch(K8sClient.Listener listener, Set<String> before) {
    SharedIndexInformer<Node> nodes = client.nodes().runnableInformer(0);
    nodes.addEventHandler(new Events(listener));
    // By default, an informer gives up when its first list fails.
    nodes.exceptionHandler((_, failure) -> {
      // A watch that is stopped fails once more, on the client that is closed under it.
      if (!stopped) {
        watchFailed(failure);
      }
      return !stopped;
    });
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

  /** The informer tries every few seconds, and would log a stack trace each time. */
  private void watchFailed(Throwable failure) {
    Instant now = clock.instant();
    Instant before = lastWatchFailure;
    if (before == null || before.plus(QUIET).isBefore(now)) {
      lastWatchFailure = now;
      LOG.warn("The watch on nodes failed and is opened again: {}", server.watchFailure(failure));
    }
  }

  /** Returns whether {@link #watched} is up to date. */
  boolean isWatching() {
    SharedIndexInformer<Node> nodes = informer;
    return nodes != null && nodes.hasSynced() && nodes.isWatching();
  }

  Optional<ClusterNode> watched(String name) {
    SharedIndexInformer<Node> nodes = informer;
    return nodes == null
        ? Optional.empty()
        : Optional.ofNullable(nodes.getStore().getByKey(name)).map(K8sObjects::node);
  }

  /** Returns all Nodes that were seen. */
  List<ClusterNode> watchedNodes() {
    SharedIndexInformer<Node> nodes = informer;
    return nodes == null
        ? List.of()
        : nodes.getStore().list().stream().map(K8sObjects::node).toList();
  }

  /** Returns the names of all Nodes that were seen. */
  Set<String> names() {
    SharedIndexInformer<Node> nodes = informer;
    return nodes == null ? Set.of() : new HashSet<>(nodes.getStore().listKeys());
  }

  /** Makes a call; empty when the connection is closed already. */
  <T> Optional<T> call(Function<ApiServer, T> call) {
    use.readLock().lock();
    try {
      return closed ? Optional.empty() : Optional.of(call.apply(server));
    } finally {
      use.readLock().unlock();
    }
  }

  /** Ends the watch now, and the client after its running calls. Does not wait. */
  void close() {
    stopped = true;
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

  private record Events(K8sClient.Listener listener) implements ResourceEventHandler<Node> {
    @Override
    public void onAdd(Node node) {
      listener.appeared(K8sObjects.node(node));
    }

    @Override
    public void onUpdate(Node before, Node after) {
      listener.changed(K8sObjects.node(before), K8sObjects.node(after));
    }

    @Override
    public void onDelete(Node node, boolean finalStateUnknown) {
      listener.disappeared(node.getMetadata().getName());
    }
  }
}

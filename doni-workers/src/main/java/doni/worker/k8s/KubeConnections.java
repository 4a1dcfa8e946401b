package doni.worker.k8s;

import doni.backend.BackendException;
import doni.worker.LanePause;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of the moment.
 *
 * <p>The kubeconfig may come long after the service, be replaced, or be caught half-written. It is
 * looked at every two seconds. A new one is parsed first; only a usable one replaces the connection
 * there is, and the former one is closed when its calls are done.
 */
final class KubeConnections {

  private static final Logger log = LoggerFactory.getLogger(KubeConnections.class);
  private static final String SETTING = "doni.workers.k8s.kubeconfig-file";
  private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

  private final @Nullable KubeconfigFile file;
  private final Duration connectTimeout;
  private final Duration requestTimeout;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile @Nullable KubeConnection connection;
  private volatile String missing;
  private Runnable onNewConnection = () -> {};
  private Cluster.@Nullable Listener listener;

  KubeConnections(K8sProperties properties) {
    this.file = properties.kubeconfig().map(KubeconfigFile::new).orElse(null);
    this.connectTimeout = properties.connectTimeout();
    this.requestTimeout = properties.requestTimeout();
    this.missing =
        properties
            .kubeconfig()
            .map(path -> "waiting for the kubeconfig " + path + " (" + SETTING + ")")
            .orElse(SETTING + " is not set");
  }

  /**
   * @param action called whenever a connection replaces none or another one
   */
  void onNewConnection(Runnable action) {
    onNewConnection = action;
  }

  synchronized void start(Cluster.Listener newListener) {
    listener = newListener;
    KubeConnection present = connection;
    if (present != null) {
      present.watch(newListener, Set.of());
    }
    look();
    Thread.ofVirtual().name("k8s-kubeconfig").start(this::lookUntilStopped);
  }

  synchronized void stop() {
    stopped.countDown();
    KubeConnection present = connection;
    if (present != null) {
      connection = null;
      present.close();
    }
  }

  Optional<KubeConnection> current() {
    return Optional.ofNullable(connection);
  }

  /** Why there is no connection; from memory. */
  Optional<LanePause> hold() {
    return connection == null ? Optional.of(new LanePause(missing, null)) : Optional.empty();
  }

  /**
   * @throws BackendException of kind NOT_SENT while there is none
   */
  KubeConnection connected() {
    KubeConnection present = connection;
    if (present == null) {
      look();
      present = connection;
    }
    if (present == null) {
      throw BackendException.notSent(ApiServer.SERVICE, missing, LOOK_EVERY);
    }
    return present;
  }

  /**
   * A connection other than the one whose credentials were refused: also when the kubeconfig is
   * still the same, because what it refers to may have changed.
   */
  synchronized KubeConnection renewed(KubeConnection refused) {
    if (connection == refused && file != null) {
      file.current().ifPresent(this::use);
    }
    return connected();
  }

  private void lookUntilStopped() {
    try {
      while (!stopped.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void look() {
    if (file != null && stopped.getCount() > 0) {
      file.changed().ifPresent(this::use);
    }
  }

  private void use(String content) {
    Path path = file == null ? Path.of("") : file.path();
    try {
      KubernetesClient client = Kubeconfig.client(path, content, connectTimeout, requestTimeout);
      replaceBy(new KubeConnection(client, requestTimeout));
      log.info("connected to {} through {}", client.getMasterUrl(), path);
    } catch (Kubeconfig.Unusable e) {
      String why =
          "the kubeconfig " + path + " (" + SETTING + ") cannot be used: " + e.getMessage();
      missing = why;
      log.warn("{}{}", why, connection == null ? "" : "; the former one stays in use");
    }
  }

  private void replaceBy(KubeConnection next) {
    KubeConnection former = connection;
    Set<String> names = former == null ? Set.of() : former.names();
    connection = next;
    onNewConnection.run();
    if (former != null) {
      former.close();
    }
    if (listener != null) {
      next.watch(listener, names);
    }
  }
}

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
 * The current connection.
 *
 * <p>The kubeconfig may appear long after the service has started, be replaced, or be half-written.
 * It is polled every two seconds. Only a valid one replaces the connection; the previous connection
 * is closed when its calls are done.
 */
final class KubeConnections {

  private static final Logger LOG = LoggerFactory.getLogger(KubeConnections.class);
  private static final String SETTING = "doni.workers.k8s.kubeconfig-file";
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

  private final @Nullable KubeconfigFile file;
  private final Duration connectTimeout;
  private final Duration requestTimeout;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile @Nullable KubeConnection connection;
  private volatile String missing;
  private Runnable onNewConnection = () -> {};
  private K8sClient.@Nullable Listener listener;

  KubeConnections(K8sProperties properties) {
    this.file = properties.kubeconfig().map(KubeconfigFile::new).orElse(null);
    this.connectTimeout = properties.connectTimeout();
    this.requestTimeout = properties.requestTimeout();
    this.missing =
        properties
            .kubeconfig()
            .map(path -> "kubeconfig " + path + " (" + SETTING + ") not found")
            .orElse(SETTING + " is not set");
  }

  /** Sets what to do after every new connection. */
  void onNewConnection(Runnable action) {
    onNewConnection = action;
  }

  synchronized void start(K8sClient.Listener newListener) {
    listener = newListener;
    KubeConnection present = connection;
    if (present != null) {
      present.watch(newListener, Set.of());
    }
    poll();
    Thread.ofVirtual().name("k8s-kubeconfig").start(this::pollUntilStopped);
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

  /** Returns why there is no connection; from memory. */
  Optional<LanePause> lanePause() {
    return connection == null ? Optional.of(new LanePause(missing, null)) : Optional.empty();
  }

  /**
   * Returns the current connection.
   *
   * @throws BackendException of kind NOT_SENT while there is none
   */
  KubeConnection connected() {
    KubeConnection present = connection;
    if (present == null) {
      poll();
      present = connection;
    }
    if (present == null) {
      throw BackendException.notSent(ApiServer.SERVICE, missing, POLL_INTERVAL);
    }
    return present;
  }

  /**
   * Returns another connection than the one whose credentials were refused, also when the
   * kubeconfig is the same: a file that it refers to may have changed.
   */
  synchronized KubeConnection renewed(KubeConnection refused) {
    if (connection == refused && file != null) {
      file.current().ifPresent(this::use);
    }
    return connected();
  }

  private void pollUntilStopped() {
    try {
      while (!stopped.await(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        poll();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void poll() {
    if (file != null && stopped.getCount() > 0) {
      file.changed().ifPresent(this::use);
    }
  }

  private void use(String content) {
    Path path = file == null ? Path.of("") : file.path();
    try {
      KubernetesClient client =
          KubeconfigFile.client(path, content, connectTimeout, requestTimeout);
      replaceBy(new KubeConnection(client, requestTimeout));
      LOG.info("Connected to {} with kubeconfig {}", client.getMasterUrl(), path);
    } catch (KubeconfigFile.UnusableKubeconfigException e) {
      String why = "kubeconfig " + path + " (" + SETTING + ") is invalid: " + e.getMessage();
      missing = why;
      LOG.warn("{}{}", why, connection == null ? "" : "; the previous one stays in use");
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

package doni.worker.k8s;

import doni.backend.BackendException;
import doni.worker.LanePause;
import doni.worker.k8s.ExecPlugin.PluginCredential;
import doni.worker.k8s.KubeClientFactory.IdentifiedClient;
import doni.worker.k8s.KubeconfigContext.KubeIdentity;
import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
 *
 * <p>A connection is prepared on a thread of its own, without a lock: the kubeconfig may name a
 * program that hangs. A kubeconfig that comes meanwhile replaces the attempt.
 */
final class KubeConnections {

  private static final Logger LOG = LoggerFactory.getLogger(KubeConnections.class);
  private static final String SETTING = "doni.workers.k8s.kubeconfig-file";
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

  /** Until the same kubeconfig is tried again: what it refers to may be repaired. */
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(10);

  private final @Nullable KubeconfigFile file;
  private final KubeClientFactory clients;
  private final Clock clock;
  private final Duration pluginTimeLimit;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private volatile @Nullable KubeConnection connection;
  private volatile @Nullable ConnectionAttempt running;
  private volatile String missing;
  private Instant nextAttempt = Instant.MIN;
  private Set<String> knownNodes = Set.of();
  private Runnable onNewConnection = () -> {};
  private K8sClient.@Nullable Listener listener;

  KubeConnections(K8sProperties properties, Clock clock) {
    this(properties, clock, ExecPlugin.TIME_LIMIT);
  }

  KubeConnections(K8sProperties properties, Clock clock, Duration pluginTimeLimit) {
    this.file = properties.kubeconfig().map(KubeconfigFile::new).orElse(null);
    this.clients = new KubeClientFactory(properties.connectTimeout(), properties.requestTimeout());
    this.clock = clock;
    this.pluginTimeLimit = pluginTimeLimit;
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
    var _ = poll();
    Thread.ofVirtual().name("k8s-kubeconfig").start(this::pollUntilStopped);
  }

  synchronized void stop() {
    stopped.countDown();
    cancelRunning();
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
    return connection == null ? Optional.of(new LanePause(reason(), null)) : Optional.empty();
  }

  private String reason() {
    ConnectionAttempt attempt = running;
    String waiting = attempt == null ? null : attempt.waitingFor;
    return waiting == null ? missing : waiting;
  }

  /**
   * Returns the current connection. Waits for one that is being prepared.
   *
   * @throws BackendException of kind NOT_SENT while there is none
   */
  KubeConnection connected() {
    KubeConnection present = connection;
    if (present == null) {
      poll().ifPresent(ConnectionAttempt::await);
      present = connection;
    }
    if (present == null) {
      throw BackendException.notSent(ApiServer.SERVICE, reason(), POLL_INTERVAL);
    }
    return present;
  }

  /**
   * Returns another connection than the one whose credentials were refused, also when the
   * kubeconfig is the same: a file that it refers to may have changed.
   */
  KubeConnection renewed(KubeConnection refused) {
    renewal(refused).ifPresent(ConnectionAttempt::await);
    return connected();
  }

  private synchronized Optional<ConnectionAttempt> renewal(KubeConnection refused) {
    if (connection == refused && running == null) {
      beginAgain();
    }
    return connection == refused ? Optional.ofNullable(running) : Optional.empty();
  }

  private void pollUntilStopped() {
    try {
      while (!stopped.await(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        var _ = poll();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the attempt that is running. */
  private synchronized Optional<ConnectionAttempt> poll() {
    if (file == null || stopped.getCount() == 0) {
      return Optional.empty();
    }
    file.changed().ifPresent(this::begin);
    Instant now = clock.instant();
    KubeConnection present = connection;
    // Without a connection, nextAttempt is set once a first attempt has failed.
    boolean due = present == null ? nextAttempt.isAfter(Instant.MIN) : present.isToBeRenewed(now);
    if (running == null && due && !now.isBefore(nextAttempt)) {
      beginAgain();
    }
    if (present != null && present.isExpired(now)) {
      drop(present);
    }
    return Optional.ofNullable(running);
  }

  private synchronized void beginAgain() {
    if (file != null) {
      file.current().ifPresent(this::begin);
    }
  }

  private void begin(String content) {
    cancelRunning();
    ConnectionAttempt attempt = new ConnectionAttempt(content);
    running = attempt;
    attempt.thread.start();
  }

  private void cancelRunning() {
    ConnectionAttempt former = running;
    if (former != null) {
      running = null;
      former.thread.interrupt();
    }
  }

  private synchronized void connected(
      ConnectionAttempt attempt, KubeconfigContext context, KubeConnection next, Path path) {
    if (running != attempt || file == null) {
      next.close();
      return;
    }
    running = null;
    nextAttempt = Instant.MIN;
    file.refersTo(context.files());
    KubeConnection former = connection;
    Set<String> names = former == null ? knownNodes : former.names();
    connection = next;
    onNewConnection.run();
    if (former != null) {
      former.close();
    }
    if (listener != null) {
      next.watch(listener, names);
    }
    LOG.info("Connected to {} with kubeconfig {}", context.server().url(), path);
    if (context.server().unverified()) {
      LOG.warn(
          "The certificate of {} is not verified: insecure-skip-tls-verify is set in {}",
          context.server().url(),
          path);
    }
  }

  private synchronized void failed(ConnectionAttempt attempt, String reason) {
    if (running != attempt) {
      return;
    }
    running = null;
    nextAttempt = clock.instant().plus(RETRY_INTERVAL);
    if (!reason.equals(missing)) {
      LOG.warn("{}{}", reason, connection == null ? "" : "; the previous one stays in use");
    }
    missing = reason;
  }

  /** Ends a connection whose credential has expired, so that no call is made without one. */
  private void drop(KubeConnection expired) {
    LOG.warn("The credential of the credential plugin has expired, and no new one was obtained");
    knownNodes = expired.names();
    connection = null;
    expired.close();
  }

  /** One try to connect with one content of the kubeconfig. */
  private final class ConnectionAttempt {

    private final String content;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("k8s-connect").unstarted(this::run);
    private volatile @Nullable String waitingFor;

    ConnectionAttempt(String content) {
      this.content = content;
    }

    void await() {
      try {
        ended.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }

    private void run() {
      Path path = file == null ? Path.of("") : file.path();
      try {
        KubeconfigContext context = KubeconfigContext.parse(path, content);
        KubeIdentity identity = context.identity();
        Optional<Instant> expires = Optional.empty();
        if (context.plugin().isPresent()) {
          ExecPlugin plugin = context.plugin().get();
          waitingFor =
              "kubeconfig %s: waiting for credential plugin %s of context '%s'; it is stopped after %d s"
                  .formatted(path, plugin.program(), context.name(), pluginTimeLimit.toSeconds());
          PluginCredential credential = plugin.run(pluginTimeLimit);
          identity = identity.with(credential);
          expires = credential.expires();
        }
        IdentifiedClient client = clients.client(context, identity);
        var next = new KubeConnection(client, clients.requestTimeout(), clock, expires);
        connected(this, context, next, path);
      } catch (UnusableKubeconfigException e) {
        failed(this, "kubeconfig " + path + " (" + SETTING + ") is invalid: " + e.getMessage());
      } catch (InterruptedException _) {
        // Another kubeconfig came, or the service stops.
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        LOG.error("A defect prevented a connection to the cluster", traceOf(e));
        failed(this, "kubeconfig " + path + ": internal error; see the log");
      } finally {
        ended.countDown();
      }
    }
  }

  /** Where an exception was thrown, without its text: that of a defect can hold any value. */
  private static Throwable traceOf(RuntimeException e) {
    IllegalStateException trace = new IllegalStateException(e.getClass().getName());
    trace.setStackTrace(e.getStackTrace());
    return trace;
  }
}

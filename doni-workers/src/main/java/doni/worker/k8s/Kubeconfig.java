package doni.worker.k8s;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** How a kubeconfig becomes a client. */
final class Kubeconfig {

  /**
   * A file that no client can be made from. Its text quotes nothing of the file, which is secret.
   */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String why) {
      super(why);
    }
  }

  private Kubeconfig() {}

  /**
   * @param path where the content was read, for what it names relative to itself
   * @param connectTimeout for a connection
   * @param requestTimeout for an answer
   */
  static KubernetesClient client(
      Path path, String content, Duration connectTimeout, Duration requestTimeout) throws Unusable {
    check(content);
    try {
      Config config = Config.fromKubeconfig(null, path.toFile());
      checkAuthority(config);
      config.setConnectionTimeout(Math.toIntExact(connectTimeout.toMillis()));
      config.setRequestTimeout(Math.toIntExact(requestTimeout.toMillis()));
      // When to come back is decided in one place, by the engine.
      config.setRequestRetryBackoffLimit(0);
      config.setWatchReconnectInterval(500);
      config.setWatchReconnectLimit(-1);
      config.setOnlyHttpWatches(true);
      // All calls would share one HTTP/2 connection, and hang together on a dead one.
      config.setHttp2Disable(true);
      return new KubernetesClientBuilder()
          .withConfig(config)
          .withTaskExecutorSupplier(new VirtualThreads())
          .build();
    } catch (RuntimeException | CertificateException e) {
      throw new Unusable("its certificates or keys cannot be read (" + rootOf(e) + ")");
    }
  }

  /** The client would take an authority without a certificate in it, and then trust nobody. */
  private static void checkAuthority(Config config) throws CertificateException {
    String base64 = config.getCaCertData();
    if (base64 != null) {
      byte[] pem = Base64.getDecoder().decode(base64);
      boolean empty =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .isEmpty();
      if (empty) {
        throw new CertificateException("no certificate");
      }
    }
  }

  private static final class VirtualThreads implements KubernetesClientBuilder.ExecutorSupplier {
    @Override
    public Executor get() {
      return Executors.newVirtualThreadPerTaskExecutor();
    }

    @Override
    public void onClose(Executor executor) {
      ((ExecutorService) executor).shutdownNow();
    }
  }

  /** A half-written file may well be YAML, so all that a client needs has to be in it. */
  private static void check(String content) throws Unusable {
    io.fabric8.kubernetes.api.model.Config parsed = parse(content);
    Context context =
        parsed.getContexts().stream()
            .filter(named -> named.getName() != null)
            .filter(named -> named.getName().equals(parsed.getCurrentContext()))
            .findFirst()
            .map(named -> named.getContext())
            .orElseThrow(() -> new Unusable("its current-context is not among its contexts"));
    boolean hasServer =
        parsed.getClusters().stream()
            .filter(named -> named.getName() != null && named.getCluster() != null)
            .filter(named -> named.getName().equals(context.getCluster()))
            .anyMatch(named -> named.getCluster().getServer() != null);
    if (!hasServer) {
      throw new Unusable("the server of its current context is missing");
    }
    boolean hasCredentials =
        parsed.getUsers().stream()
            .filter(named -> named.getName() != null && named.getUser() != null)
            .filter(named -> named.getName().equals(context.getUser()))
            .anyMatch(named -> hasCredentials(named.getUser()));
    if (!hasCredentials) {
      throw new Unusable("the credentials of its current context are missing");
    }
  }

  private static io.fabric8.kubernetes.api.model.Config parse(String content) throws Unusable {
    try {
      return Optional.ofNullable(
              Serialization.unmarshal(content, io.fabric8.kubernetes.api.model.Config.class))
          .orElseThrow(() -> new Unusable("it is empty"));
    } catch (RuntimeException _) {
      // The parser's own text quotes the line it stumbled over.
      throw new Unusable("it is not the YAML of a kubeconfig");
    }
  }

  private static boolean hasCredentials(AuthInfo user) {
    return Stream.of(
            user.getToken(),
            user.getTokenFile(),
            user.getClientKey(),
            user.getClientKeyData(),
            user.getPassword(),
            user.getExec(),
            user.getAuthProvider())
        .anyMatch(credential -> credential != null && !credential.toString().isEmpty());
  }

  private static String rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName();
  }
}

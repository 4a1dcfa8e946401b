package doni.worker.k8s;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The kubeconfig, which may appear and be replaced at any time.
 *
 * <p>It is polled, not watched: a watch misses a mounted secret that is swapped by a symbolic link.
 * Used by one thread at a time.
 */
final class KubeconfigFile {
  /**
   * A kubeconfig that a client cannot use. Its text quotes nothing of the file, which is secret.
   */
  static final class UnusableKubeconfigException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableKubeconfigException(String why) {
      super(why);
    }
  }

  private record FileVersion(FileTime modified, long size, @Nullable Object key) {}

  private final Path path;
  private @Nullable FileVersion version;
  private @Nullable String hash;

  KubeconfigFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** Returns the content, if it differs from the last one that was returned. */
  Optional<String> changed() {
    String before = hash;
    try {
      return version().equals(version)
          ? Optional.empty()
          : Optional.of(read()).filter(_ -> !same(before));
    } catch (IOException _) {
      // Absent, or being replaced.
      version = null;
      return Optional.empty();
    }
  }

  /** Returns the content; empty when there is no file. */
  Optional<String> current() {
    try {
      return Optional.of(read());
    } catch (IOException _) {
      version = null;
      return Optional.empty();
    }
  }

  private boolean same(@Nullable String before) {
    return before != null && before.equals(hash);
  }

  private String read() throws IOException {
    // The version first: what is written in between is then seen next time.
    FileVersion now = version();
    byte[] bytes = Files.readAllBytes(path);
    version = now;
    hash = hash(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private FileVersion version() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileVersion(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns a client for the content of a kubeconfig.
   *
   * @param path where the content was read; the base of relative paths in it
   * @param connectTimeout of a connection
   * @param requestTimeout of a call
   */
  static KubernetesClient client(
      Path path, String content, Duration connectTimeout, Duration requestTimeout)
      throws UnusableKubeconfigException {
    checkComplete(content);
    try {
      Config config = Config.fromKubeconfig(null, path.toFile());
      checkAuthority(config);
      config.setConnectionTimeout(Math.toIntExact(connectTimeout.toMillis()));
      config.setRequestTimeout(Math.toIntExact(requestTimeout.toMillis()));
      // The engine decides when to retry.
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
      throw new UnusableKubeconfigException(
          "certificates or keys are not readable (" + rootOf(e) + ")");
    }
  }

  /** The client accepts an authority without a certificate, and then trusts no server. */
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

  /** A half-written file can be valid YAML, so everything that a client needs is checked. */
  private static void checkComplete(String content) throws UnusableKubeconfigException {
    io.fabric8.kubernetes.api.model.Config parsed = parse(content);
    Context context =
        parsed.getContexts().stream()
            .filter(named -> named.getName() != null)
            .filter(named -> named.getName().equals(parsed.getCurrentContext()))
            .findFirst()
            .map(named -> named.getContext())
            .orElseThrow(
                () -> new UnusableKubeconfigException("current-context is not in contexts"));
    boolean hasServer =
        parsed.getClusters().stream()
            .filter(named -> named.getName() != null && named.getCluster() != null)
            .filter(named -> named.getName().equals(context.getCluster()))
            .anyMatch(named -> named.getCluster().getServer() != null);
    if (!hasServer) {
      throw new UnusableKubeconfigException("the current context has no server");
    }
    boolean hasCredentials =
        parsed.getUsers().stream()
            .filter(named -> named.getName() != null && named.getUser() != null)
            .filter(named -> named.getName().equals(context.getUser()))
            .anyMatch(named -> hasCredentials(named.getUser()));
    if (!hasCredentials) {
      throw new UnusableKubeconfigException("the current context has no credentials");
    }
  }

  private static io.fabric8.kubernetes.api.model.Config parse(String content)
      throws UnusableKubeconfigException {
    try {
      return Optional.ofNullable(
              Serialization.unmarshal(content, io.fabric8.kubernetes.api.model.Config.class))
          .orElseThrow(() -> new UnusableKubeconfigException("it is empty"));
    } catch (RuntimeException _) {
      // The parser's own text quotes the line.
      throw new UnusableKubeconfigException("it is not the YAML of a kubeconfig");
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

package doni.worker.k8s;

import doni.worker.k8s.KubeconfigContext.ClientKey;
import doni.worker.k8s.KubeconfigContext.KubeIdentity;
import doni.worker.k8s.KubeconfigContext.KubeServer;
import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.internal.CertUtils;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes clients for the context of a kubeconfig.
 *
 * <p>fabric8's own reading of a kubeconfig is not used: it runs credential plugins without a time
 * limit and goes on without a credential when one fails, ignores {@code tokenFile}, {@code as} and,
 * with the JDK's HTTP client, {@code tls-server-name}, bypasses {@code proxy-url} where its scheme
 * differs from the server's, trusts public authorities beside the cluster's own, and follows
 * redirects with the credential.
 *
 * @param connectTimeout of a connection
 * @param requestTimeout of a call
 */
record KubeClientFactory(Duration connectTimeout, Duration requestTimeout) {

  private static final char[] NO_PASSWORD = {};

  /** A client, and what it says in every request. */
  record IdentifiedClient(KubernetesClient client, CallerHeaders caller) {}

  /**
   * Makes a client.
   *
   * @param identity that of the context, with the credential of its plugin
   */
  IdentifiedClient client(KubeconfigContext context, KubeIdentity identity)
      throws UnusableKubeconfigException {
    KubeServer server = context.server();
    Config config = Config.empty();
    config.setMasterUrl(server.url().toString());
    config.setConnectionTimeout(Math.toIntExact(connectTimeout.toMillis()));
    config.setRequestTimeout(Math.toIntExact(requestTimeout.toMillis()));
    // The engine decides when to retry.
    config.setRequestRetryBackoffLimit(0);
    config.setWatchReconnectInterval(500);
    config.setWatchReconnectLimit(-1);
    config.setOnlyHttpWatches(true);
    // All calls would share one HTTP/2 connection, and hang together on a dead one.
    config.setHttp2Disable(true);
    CallerHeaders caller = new CallerHeaders(identity);
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(config)
            .withHttpClientFactory(new StrictHttpClients(tls(context, identity), server.proxy()))
            .withHttpClientBuilderConsumer(
                http -> http.addOrReplaceInterceptor(TokenRefreshInterceptor.NAME, caller))
            .withTaskExecutorSupplier(new VirtualThreads())
            .build();
    return new IdentifiedClient(client, caller);
  }

  private static SSLContext tls(KubeconfigContext context, KubeIdentity identity)
      throws UnusableKubeconfigException {
    String field = "client-certificate";
    try {
      KeyManager[] keys = null;
      if (identity.certificate().isPresent()) {
        keys = keys(identity.certificate().get());
      }
      field = "certificate-authority";
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(keys, trust(context.server()), null);
      String name = context.server().tlsName();
      return name == null ? tls : new NamedServerTls(tls, name);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      throw new KubeconfigFields(context.name(), Path.of(""))
          .refused(field, "is not readable (" + rootOf(e) + ")");
    }
  }

  private static KeyManager[] keys(ClientKey pem) throws GeneralSecurityException, IOException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore store;
    try {
      store = keyStore(pem, "EC");
    } catch (InvalidKeySpecException | IOException _) {
      store = keyStore(pem, "RSA");
    }
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore keyStore(ClientKey pem, String algorithm)
      throws GeneralSecurityException, IOException {
    return CertUtils.createKeyStore(
        stream(pem.certificate().value()),
        stream(pem.key().value()),
        algorithm,
        NO_PASSWORD,
        null,
        NO_PASSWORD);
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static TrustManager @Nullable [] trust(KubeServer server)
      throws GeneralSecurityException, IOException {
    if (server.unverified()) {
      return SSLUtils.trustManagers(null, null, true, null, null);
    }
    String pem = server.authorities();
    if (pem == null) {
      return null;
    }
    Collection<? extends Certificate> authorities =
        CertificateFactory.getInstance("X.509").generateCertificates(stream(pem));
    if (authorities.isEmpty()) {
      throw new CertificateException("no certificate");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    int number = 0;
    for (Certificate authority : authorities) {
      store.setCertificateEntry(Integer.toString(number++), authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static String rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName();
  }

  /** HTTP clients that call only the server itself, directly or through its proxy. */
  private static final class StrictHttpClients extends JdkHttpClientFactory {

    private final SSLContext tls;
    private final Optional<InetSocketAddress> proxy;

    StrictHttpClients(SSLContext tls, @Nullable InetSocketAddress proxy) {
      this.tls = tls;
      this.proxy = Optional.ofNullable(proxy);
    }

    /** Called last, after fabric8's own configuration. */
    @Override
    protected void additionalConfig(HttpClient.Builder builder) {
      builder.sslContext(tls).followRedirects(HttpClient.Redirect.NEVER);
      proxy.map(ProxySelector::of).ifPresent(builder::proxy);
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
}

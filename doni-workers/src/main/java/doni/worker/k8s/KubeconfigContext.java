package doni.worker.k8s;

import doni.enrollment.Secret;
import doni.worker.k8s.KubeconfigFile.FileVersion;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The current context of a kubeconfig: which server is called, how it is recognized, and who calls.
 *
 * <p>Each field that decides one of these is honored as {@code kubectl} does, or the file is
 * refused with the field's name. So is a field that is not known here: it could decide any of them.
 *
 * @param server what to call
 * @param identity who calls
 * @param plugin obtains the identity's credential; empty where the file has it
 * @param files that the kubeconfig refers to, with their versions before they were read
 */
record KubeconfigContext(
    String name,
    KubeServer server,
    KubeIdentity identity,
    Optional<ExecPlugin> plugin,
    Map<Path, Optional<FileVersion>> files) {

  /**
   * The server.
   *
   * @param tlsName the name that its certificate must carry, in place of the URL's host
   * @param unverified whether any certificate is accepted
   * @param authorities certificates as PEM, which alone are trusted; null trusts those of the JVM
   * @param proxy an HTTP proxy
   */
  record KubeServer(
      URI url,
      @Nullable String tlsName,
      boolean unverified,
      @Nullable String authorities,
      @Nullable InetSocketAddress proxy) {

    boolean isPlain() {
      return "http".equals(url.getScheme());
    }
  }

  /** Who calls: at most one of the three ways of authorization, and a client certificate. */
  record KubeIdentity(
      Optional<ClientKey> certificate,
      Optional<Secret> token,
      Optional<Path> tokenFile,
      Optional<Secret> basic,
      Map<String, List<String>> impersonation) {

    boolean isAnonymous() {
      return certificate.isEmpty() && token.isEmpty() && tokenFile.isEmpty() && basic.isEmpty();
    }

    /** Returns this identity with the credential of a plugin. */
    KubeIdentity with(ExecPlugin.PluginCredential credential) {
      return new KubeIdentity(
          credential.certificate(),
          credential.token(),
          Optional.empty(),
          Optional.empty(),
          impersonation);
    }
  }

  /** A client certificate and its key, as PEM. */
  record ClientKey(Secret certificate, Secret key) {}

  /** A kubeconfig that cannot be used. Its text quotes no value of the file. */
  static final class UnusableKubeconfigException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableKubeconfigException(String why) {
      super(why);
    }
  }

  private static final String ONLY_ONE = "only one of them is allowed";
  private static final Set<String> LOOPBACK = Set.of("localhost", "[::1]");

  KubeconfigContext {
    files = Map.copyOf(files);
  }

  /**
   * Reads the current context.
   *
   * @param file where the content was read; the base of relative paths in it
   */
  static KubeconfigContext parse(Path file, String content) throws UnusableKubeconfigException {
    Config config = read(content);
    Context context =
        named(
                config.getContexts(),
                config.getCurrentContext(),
                n -> n.getName(),
                n -> n.getContext())
            .orElseThrow(
                () -> new UnusableKubeconfigException("current-context is not in contexts"));
    KubeconfigFields fields =
        new KubeconfigFields(String.valueOf(config.getCurrentContext()), file.toAbsolutePath());
    fields.refuseUnknown("context", context.getAdditionalProperties());
    Cluster cluster =
        named(config.getClusters(), context.getCluster(), n -> n.getName(), n -> n.getCluster())
            .orElseThrow(() -> fields.refused("cluster", "is not in clusters"));
    AuthInfo user =
        named(config.getUsers(), context.getUser(), n -> n.getName(), n -> n.getUser())
            .orElseThrow(() -> fields.refused("user", "is not in users"));
    KubeServer server = server(cluster, fields);
    KubeIdentity identity = identity(user, fields);
    Optional<ExecPlugin> plugin =
        user.getExec() == null
            ? Optional.empty()
            : Optional.of(new ExecPluginFields(fields).plugin(user.getExec(), cluster, server));
    checkCombination(server, identity, plugin, fields);
    return new KubeconfigContext(fields.context(), server, identity, plugin, fields.files());
  }

  private static Config read(String content) throws UnusableKubeconfigException {
    try {
      return Optional.ofNullable(Serialization.unmarshal(content, Config.class))
          .orElseThrow(() -> new UnusableKubeconfigException("it is empty"));
    } catch (RuntimeException | StackOverflowError _) {
      // The parser's own text quotes the line. It follows a list that contains itself without end.
      throw new UnusableKubeconfigException("it is not the YAML of a kubeconfig");
    }
  }

  private static <N, T> Optional<T> named(
      @Nullable List<N> all,
      @Nullable String name,
      Function<N, String> nameOf,
      Function<N, @Nullable T> valueOf) {
    // Null for a key without a value, in place of the list.
    return orEmpty(all).stream()
        .filter(entry -> name != null && name.equals(nameOf.apply(entry)))
        .findFirst()
        .flatMap(entry -> Optional.ofNullable(valueOf.apply(entry)));
  }

  private static KubeServer server(Cluster cluster, KubeconfigFields fields)
      throws UnusableKubeconfigException {
    fields.refuseUnknown("cluster", cluster.getAdditionalProperties());
    String authorities =
        fields
            .content(
                "certificate-authority",
                cluster.getCertificateAuthority(),
                cluster.getCertificateAuthorityData())
            .orElse(null);
    boolean unverified = Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify());
    if (unverified && authorities != null) {
      throw fields.refused(
          "insecure-skip-tls-verify", "cannot be combined with certificate-authority");
    }
    return new KubeServer(
        fields.server(cluster.getServer()),
        fields.hostName("tls-server-name", cluster.getTlsServerName()).orElse(null),
        unverified,
        authorities,
        fields.proxy(cluster.getProxyUrl()).orElse(null));
  }

  private static KubeIdentity identity(AuthInfo user, KubeconfigFields fields)
      throws UnusableKubeconfigException {
    fields.refuseUnknown("user", user.getAdditionalProperties());
    if (user.getAuthProvider() != null) {
      throw fields.refused("auth-provider", "is not supported; use exec or tokenFile");
    }
    Optional<String> certificate =
        fields.content(
            "client-certificate", user.getClientCertificate(), user.getClientCertificateData());
    Optional<String> key =
        fields.content("client-key", user.getClientKey(), user.getClientKeyData());
    if (certificate.isPresent() != key.isPresent()) {
      throw fields.refused(
          certificate.isPresent() ? "client-key" : "client-certificate", "is missing");
    }
    return new KubeIdentity(
        certificate.map(pem -> new ClientKey(new Secret(pem), new Secret(key.orElseThrow()))),
        fields.token("token", user.getToken()),
        fields.tokenFile(user.getTokenFile()),
        fields.basic(user.getUsername(), user.getPassword()),
        impersonation(user, fields));
  }

  /** Returns the headers that ask the server to treat the call as another user's. */
  private static Map<String, List<String>> impersonation(AuthInfo user, KubeconfigFields fields)
      throws UnusableKubeconfigException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    fields.header(headers, "as", "Impersonate-User", user.getAs());
    fields.header(headers, "as-uid", "Impersonate-Uid", user.getAsUid());
    for (String group : orEmpty(user.getAsGroups())) {
      fields.header(headers, "as-groups", "Impersonate-Group", group);
    }
    if (user.getAsUserExtra() != null) {
      for (var extra : user.getAsUserExtra().entrySet()) {
        String name = "Impersonate-Extra-" + KubeconfigFields.headerName(extra.getKey());
        for (String value : orEmpty(extra.getValue())) {
          fields.header(headers, "as-user-extra", name, value);
        }
      }
    }
    if (!headers.isEmpty() && !headers.containsKey("Impersonate-User")) {
      throw fields.refused("as", "is missing; as-uid, as-groups and as-user-extra need it");
    }
    return headers;
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static void checkCombination(
      KubeServer server,
      KubeIdentity identity,
      Optional<ExecPlugin> plugin,
      KubeconfigFields fields)
      throws UnusableKubeconfigException {
    Map<String, Boolean> ways = new LinkedHashMap<>();
    ways.put("token", identity.token().isPresent() || identity.tokenFile().isPresent());
    ways.put("username", identity.basic().isPresent());
    ways.put("exec", plugin.isPresent());
    Set<String> used = new TreeSet<>(ways.keySet());
    used.removeIf(Predicate.not(ways::get));
    if (used.size() > 1) {
      throw fields.refused(String.join(", ", used), ONLY_ONE);
    }
    if (plugin.isPresent() && identity.certificate().isPresent()) {
      // kubectl then leaves out the plugin, which its user may not expect.
      throw fields.refused("client-certificate, exec", ONLY_ONE);
    }
    boolean secret = !identity.isAnonymous() || plugin.isPresent();
    if (server.isPlain() && (secret || server.proxy() != null || !isLoopback(server.url()))) {
      throw fields.refused(
          "server",
          "must start with https://; plain HTTP is accepted only to a loopback address, without a"
              + " credential and without proxy-url, as for kubectl proxy");
    }
  }

  private static boolean isLoopback(URI url) {
    return LOOPBACK.contains(url.getHost()) || url.getHost().matches("127(\\.\\d{1,3}){3}");
  }
}

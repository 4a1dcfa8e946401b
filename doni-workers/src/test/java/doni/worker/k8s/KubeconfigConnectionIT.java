package doni.worker.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import doni.backend.BackendException;
import doni.simulator.http.Answer;
import doni.simulator.http.CertificateAuthority;
import doni.simulator.http.FreePort;
import doni.worker.LanePause;
import io.fabric8.kubernetes.api.model.Node;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Whom a kubeconfig lets Doni call, and with which credential: seen by a server with TLS. */
@ExtendWith(OutputCaptureExtension.class)
class KubeconfigConnectionIT {

  private static final CertificateAuthority AUTHORITY = new CertificateAuthority("cluster");
  private static final CertificateAuthority OTHER = new CertificateAuthority("other");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration PLUGIN_LIMIT = Duration.ofSeconds(2);

  @TempDir private Path directory;
  private final TlsApiServer server =
      new TlsApiServer(AUTHORITY.server("127.0.0.1", "kubernetes.default.svc"));
  private final KubeconfigText trusting = KubeconfigText.of(server.uri()).trusting(AUTHORITY);
  private final KubeconfigText withToken = trusting.user("token: t0ken");
  private Path kubeconfig = Path.of("");
  private Optional<KubeConnections> open = Optional.empty();

  @BeforeEach
  void choosePath() {
    kubeconfig = directory.resolve("kubeconfig");
  }

  @AfterEach
  void close() {
    open.ifPresent(KubeConnections::stop);
    server.close();
  }

  private KubeConnections connections(KubeconfigText text) throws IOException {
    Files.writeString(kubeconfig, text.toString());
    K8sProperties properties =
        new K8sProperties(
            kubeconfig.toString(),
            "machine_name",
            null,
            K8sSite.NO_TAINT,
            false,
            K8sProperties.OnDelete.DELETE_NODE,
            Duration.ofDays(7),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            "kubeconfig");
    KubeConnections connections = new KubeConnections(properties, Clock.systemUTC(), PLUGIN_LIMIT);
    open = Optional.of(connections);
    return connections;
  }

  private static void call(KubeConnections connections) {
    Optional<Node> node =
        connections.connected().call(api -> api.get("api/v1/nodes/pi-1", Node.class)).orElseThrow();
    assertThat(node).isEmpty();
  }

  /** Makes one call, and returns how the server saw it. */
  private TlsApiServer.ReceivedCall received(KubeconfigText text) throws IOException {
    call(connections(text));
    assertThat(server.calls()).hasSize(1);
    return server.calls().getFirst();
  }

  private void assertNeverCalled(KubeconfigText text) throws IOException {
    KubeConnections connections = connections(text);
    assertThatThrownBy(() -> call(connections)).isInstanceOf(BackendException.class);
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void sendsTheToken() throws IOException {
    assertThat(received(withToken).authorization()).isEqualTo("Bearer t0ken");
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:%d, ''",
    "http://localhost:%d/, ''",
    "http://127.0.0.1:%d/k8s/, /k8s"
  })
  void callsKubectlProxyWithoutACredential(String url, String prefix) throws IOException {
    try (var plain =
        new doni.simulator.http.ApiServer(
            0, Clock.systemUTC(), (status, _) -> Answer.empty(status))) {
      plain.start();

      call(connections(KubeconfigText.of(URI.create(url.formatted(plain.uri().getPort())))));

      assertThat(plain.calls().count("GET", prefix + "/api/v1/nodes/pi-1")).isOne();
    }
  }

  @Test
  void callsBelowThePathOfTheServer() throws IOException {
    KubeconfigText rancher =
        KubeconfigText.of(URI.create(server.uri() + "/k8s/clusters/c-1/")).trusting(AUTHORITY);

    assertThat(received(rancher.user("token: t0ken")).path())
        .isEqualTo("/k8s/clusters/c-1/api/v1/nodes/pi-1");
  }

  @Test
  void readsAnAuthorityRelativeToTheKubeconfig() throws IOException {
    Files.writeString(directory.resolve("ca.crt"), AUTHORITY.certificate());

    received(
        KubeconfigText.of(server.uri()).cluster("certificate-authority: ca.crt").user("token: t"));
  }

  @Test
  void aReplacedAuthorityIsTrusted() throws IOException {
    Path file = Files.writeString(directory.resolve("ca.crt"), OTHER.certificate());
    KubeConnections connections =
        connections(
            KubeconfigText.of(server.uri())
                .cluster("certificate-authority: ca.crt")
                .user("token: t"));
    connections.start(new SilentListener());
    assertThatThrownBy(() -> call(connections)).isInstanceOf(BackendException.class);

    Files.writeString(file, AUTHORITY.certificate() + "\n");

    await().atMost(SOON).ignoreExceptions().untilAsserted(() -> call(connections));
  }

  /** As a cluster has it whose authority was issued by that of the site, or is being replaced. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "root",
        "intermediate",
        "intermediate root",
        "root intermediate",
        "other root",
        "other other intermediate"
      })
  void trustsEachAuthorityOfAFile(String bundle) throws IOException {
    CertificateAuthority intermediate = AUTHORITY.intermediate("cluster of the site");
    Map<String, CertificateAuthority> authorities =
        Map.of("root", AUTHORITY, "intermediate", intermediate, "other", OTHER);
    String file =
        Stream.of(bundle.split(" "))
            .map(name -> requireNonNull(authorities.get(name)).certificate())
            .collect(Collectors.joining());
    try (TlsApiServer issued = new TlsApiServer(intermediate.server("127.0.0.1"))) {
      call(
          connections(
              KubeconfigText.of(issued.uri())
                  .cluster("certificate-authority-data: " + KubeconfigText.base64(file))
                  .user("token: t0ken")));

      assertThat(issued.calls())
          .extracting(TlsApiServer.ReceivedCall::authorization)
          .containsExactly("Bearer t0ken");
    }
  }

  @Test
  void sendsNothingToAServerOfAnotherAuthority() throws IOException {
    assertNeverCalled(KubeconfigText.of(server.uri()).trusting(OTHER).user("token: t"));
  }

  /** An authority of the JVM, such as a public one, could otherwise stand for the cluster. */
  @Test
  void trustsTheAuthorityOfTheClusterAlone() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "public",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(
                    AUTHORITY.certificate().getBytes(StandardCharsets.US_ASCII))));
    Path file = directory.resolve("cacerts");
    try (var out = Files.newOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", file.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
    try {
      assertNeverCalled(KubeconfigText.of(server.uri()).trusting(OTHER).user("token: t"));
    } finally {
      System.clearProperty("javax.net.ssl.trustStore");
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
  }

  @Test
  void anUnverifiedServerIsCalledWithAWarning(CapturedOutput output) throws IOException {
    received(
        KubeconfigText.of(server.uri())
            .cluster("insecure-skip-tls-verify: true")
            .user("token: t0ken"));

    assertThat(output.getAll()).contains("insecure-skip-tls-verify is set in " + kubeconfig);
  }

  @Test
  void asksForTheTlsServerName() throws IOException {
    CertificateAuthority authority = new CertificateAuthority("named");
    try (TlsApiServer named = new TlsApiServer(authority.server("kubernetes.default.svc"))) {
      call(
          connections(
              KubeconfigText.of(named.uri())
                  .trusting(authority)
                  .cluster("tls-server-name: kubernetes.default.svc")
                  .user("token: t")));

      assertThat(named.calls().getFirst().serverNames()).containsExactly("kubernetes.default.svc");
    }
  }

  @Test
  void sendsNothingToAServerWithoutTheTlsServerName() throws IOException {
    assertNeverCalled(withToken.cluster("tls-server-name: real-api.example"));
  }

  /** The certificate is valid for the host of the URL, which does not count then. */
  @Test
  void theHostOfTheUrlIsNoSubstituteForTheTlsServerName() throws IOException {
    CertificateAuthority authority = new CertificateAuthority("local");
    try (TlsApiServer local = new TlsApiServer(authority.server("localhost"))) {
      KubeConnections connections =
          connections(
              KubeconfigText.of(local.uri("localhost"))
                  .trusting(authority)
                  .cluster("tls-server-name: real-api.example")
                  .user("token: t"));

      assertThatThrownBy(() -> call(connections)).isInstanceOf(BackendException.class);
      assertThat(local.calls()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://kubernetes.default.svc:6443, kubernetes.default.svc:6443",
    "https://kubernetes.default.svc, kubernetes.default.svc:443",
    "https://127.0.0.1:6443/k8s, 127.0.0.1:6443"
  })
  void callsThroughTheProxy(URI url, String target) throws IOException {
    try (TunnelProxy proxy = new TunnelProxy(server.uri().getPort())) {
      TlsApiServer.ReceivedCall call =
          received(
              KubeconfigText.of(url)
                  .trusting(AUTHORITY)
                  .cluster("proxy-url: " + proxy.url())
                  .user("token: t0ken"));

      assertThat(call.authorization()).isEqualTo("Bearer t0ken");
      assertThat(proxy.requests()).containsExactly("CONNECT " + target + " HTTP/1.1");
    }
  }

  @Test
  void neverBypassesAProxyThatIsDown() throws IOException {
    String url = "http://127.0.0.1:" + FreePort.find();

    assertNeverCalled(withToken.cluster("proxy-url: " + url));
  }

  @Test
  void doesNotFollowARedirect() throws IOException {
    try (TlsApiServer elsewhere = new TlsApiServer(AUTHORITY.server("127.0.0.1"))) {
      server.redirectTo(elsewhere.uri());
      KubeConnections connections = connections(withToken);

      assertThatThrownBy(() -> call(connections)).isInstanceOf(BackendException.class);
      assertThat(elsewhere.calls()).isEmpty();
    }
  }

  @Test
  void readsTheTokenFileForEveryCall() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "first\n");
    KubeConnections connections = connections(trusting.user("tokenFile: token"));
    call(connections);

    Files.writeString(file, "second\n");
    call(connections);
    Files.delete(file);
    call(connections);

    assertThat(server.calls())
        .extracting(TlsApiServer.ReceivedCall::authorization)
        .containsExactly("Bearer first", "Bearer second", "Bearer second");
  }

  @ParameterizedTest
  @ValueSource(strings = {"from-file", "from-file\n", "from-file\r\n", " from-file \n\n"})
  void theTokenFileGoesBeforeTheToken(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("token"), content);

    assertThat(received(withToken.user("tokenFile: " + file)).authorization())
        .isEqualTo("Bearer from-file");
  }

  @Test
  void sendsUserNameAndPassword() throws IOException {
    assertThat(received(trusting.user("username: doni", "password: pw")).authorization())
        .isEqualTo("Basic ZG9uaTpwdw==");
  }

  @Test
  void showsTheClientCertificate() throws IOException {
    CertificateAuthority.IssuedCertificate issued = AUTHORITY.issue("doni");
    Files.writeString(directory.resolve("client.key"), issued.key());

    TlsApiServer.ReceivedCall call =
        received(
            trusting.user(
                "client-certificate-data: " + KubeconfigText.base64(issued.certificate()),
                "client-key: client.key"));

    assertThat(call.client()).isEqualTo("CN=doni");
    assertThat(call.authorization()).isEmpty();
  }

  @Test
  void actsAsAnotherUser() throws IOException {
    TlsApiServer.ReceivedCall call =
        received(
            withToken.user(
                "as: system:serviceaccount:chi:doni",
                "as-uid: '42'",
                "as-groups: [edge, 'edge:writers']",
                "as-user-extra: {'reason/why': [enrollment]}"));

    assertThat(call.headers())
        .containsEntry("Impersonate-user", List.of("system:serviceaccount:chi:doni"))
        .containsEntry("Impersonate-uid", List.of("42"))
        .containsEntry("Impersonate-group", List.of("edge", "edge:writers"))
        .containsEntry("Impersonate-extra-reason%2fwhy", List.of("enrollment"))
        .containsEntry("Authorization", List.of("Bearer t0ken"));
  }

  private KubeconfigText plugin(String script, String... fields) throws IOException {
    Path file = directory.resolve("plugin.sh");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return trusting.user(
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh"
            + Stream.of(fields).map(field -> ", " + field).reduce("", String::concat)
            + "}");
  }

  private static String printing(String status) {
    return """
    echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {%s}}'
    """
        .formatted(status);
  }

  @Test
  void sendsTheTokenOfAPlugin() throws IOException {
    KubeconfigText text =
        plugin(
            printing("\"token\": \"'\"$1-$STAGE\"'\""),
            "args: ['a b']",
            "env: [{name: STAGE, value: x}]");

    assertThatThrownBy(() -> received(text)).hasMessageContaining("must print a token");
    assertThat(server.calls()).isEmpty();

    KubeconfigText right =
        plugin(
            printing("\"token\": \"'\"$1-$STAGE\"'\""),
            "args: [a]",
            "env: [{name: STAGE, value: x}]");
    open.ifPresent(KubeConnections::stop);

    assertThat(received(right).authorization()).isEqualTo("Bearer a-x");
  }

  @Test
  void showsTheCertificateOfAPlugin() throws IOException {
    CertificateAuthority.IssuedCertificate issued = AUTHORITY.issue("plugged");
    String status =
        "\"clientCertificateData\": \"%s\", \"clientKeyData\": \"%s\""
            .formatted(issued.certificate(), issued.key())
            .replace("\n", "\\n");
    Files.writeString(
        directory.resolve("credential.json"),
        """
        {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {%s}}
        """
            .formatted(status));

    TlsApiServer.ReceivedCall call =
        received(plugin("cat " + directory.resolve("credential.json")));

    assertThat(call.client()).isEqualTo("CN=plugged");
  }

  @Test
  void tellsAPluginWhatItAsksFor() throws IOException {
    String script =
        "printf %s \"$KUBERNETES_EXEC_INFO\" > "
            + directory.resolve("info")
            + "\n"
            + "env | grep -c -E '^(DONI|SPRING)_' > "
            + directory.resolve("ours")
            + "\n"
            + printing("\"token\": \"t\"");

    received(
        plugin(script, "provideClusterInfo: true")
            .cluster(
                "tls-server-name: kubernetes.default.svc",
                "extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]"));

    assertThat(Files.readString(directory.resolve("info")))
        .isEqualTo(
            "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\","
                + "\"spec\":{\"interactive\":false,\"cluster\":{\"server\":\"%s\","
                    .formatted(server.uri())
                + "\"tls-server-name\":\"kubernetes.default.svc\","
                + "\"certificate-authority-data\":\"%s\",\"config\":{\"audience\":\"a\"}}}}"
                    .formatted(KubeconfigText.base64(AUTHORITY.certificate())));
    assertThat(Files.readString(directory.resolve("ours")).strip()).isEqualTo("0");
  }

  static Stream<Arguments> brokenPlugins() {
    return Stream.of(
        argumentSet("fails", "exit 3", "failed with exit status 3; run it by hand to see why"),
        argumentSet("prints nothing", "true", "must print an ExecCredential of"),
        argumentSet("prints text", "echo s3cr3t", "must print JSON"),
        argumentSet(
            "another version",
            printing("\"token\": \"s3cr3t\"").replace("/v1", "/v1beta1"),
            "must print an ExecCredential of client.authentication.k8s.io/v1"),
        argumentSet("no credential", printing(""), "must print a token, or a client certificate"),
        argumentSet(
            "certificate without key",
            printing("\"clientCertificateData\": \"s3cr3t\""),
            "must print a token, or a client certificate and its key"),
        argumentSet(
            "an unreadable time",
            printing("\"token\": \"s3cr3t\", \"expirationTimestamp\": \"soon\""),
            "printed an expirationTimestamp that is not a time"),
        argumentSet("endless output", "yes s3cr3t", "printed more than 1 MiB"));
  }

  @ParameterizedTest
  @MethodSource
  void brokenPlugins(String script, String reason, CapturedOutput output) throws IOException {
    assertNeverCalled(plugin(script));

    assertThat(open.orElseThrow().lanePause())
        .hasValueSatisfying(pause ->
            assertThat(pause.reason())
                .startsWith(
                    "kubeconfig %s (doni.workers.k8s.kubeconfig-file) is invalid: context 'site': credential plugin %s/plugin.sh "
                        .formatted(kubeconfig, directory))
                .contains(reason)
                .doesNotContain("s3cr3t"));
    assertThat(output.getAll()).contains(reason).doesNotContain("s3cr3t");
  }

  @Test
  void stopsAPluginThatHangsWithAllItsChildren() throws Exception {
    KubeConnections connections =
        connections(
            plugin(
                "sleep 987 & echo $! > child; sleep 987"
                    .replace("child", directory.resolve("child").toString())));
    connections.start(new SilentListener());
    await().atMost(SOON).until(() -> Files.exists(directory.resolve("child")));
    await().atMost(SOON).until(() -> !Files.readString(directory.resolve("child")).isBlank());
    ProcessHandle child =
        ProcessHandle.of(Long.parseLong(Files.readString(directory.resolve("child")).strip()))
            .orElseThrow();

    assertThat(connections.lanePause())
        .hasValue(
            new LanePause(
                "kubeconfig %s: waiting for credential plugin %s/plugin.sh of context 'site'; it is stopped after 2 s"
                    .formatted(kubeconfig, directory),
                null));
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(connections.lanePause().orElseThrow().reason())
                .endsWith(
                    "credential plugin %s/plugin.sh did not end within 2 s and was stopped"
                        .formatted(directory)));
    await().atMost(SOON).until(() -> !child.isAlive());
    assertThat(server.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sleep 987",
        "trap '' TERM; sleep 987; sleep 987",
        "sleep 987 & sleep 987 & wait",
        "exec >&- 2>&-; sleep 987",
        "echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\",'; sleep 987",
        "while true; do echo; sleep 1; done"
      })
  void aGoodKubeconfigReplacesAPluginThatHangs(String script) throws Exception {
    KubeConnections connections = connections(plugin(script));
    connections.start(new SilentListener());
    assertThat(connections.lanePause()).isPresent();

    Files.writeString(kubeconfig, withToken.toString());

    await().atMost(SOON).until(() -> connections.lanePause().isEmpty());
    call(connections);
  }

  @Test
  void aPluginThatIsRepairedIsRunAgain() throws Exception {
    KubeConnections connections = connections(plugin("exit 1"));
    connections.start(new SilentListener());
    await()
        .atMost(SOON)
        .until(() -> connections.lanePause().orElseThrow().reason().contains("exit status 1"));

    plugin(printing("\"token\": \"t\""));

    await().atMost(Duration.ofSeconds(20)).until(() -> connections.lanePause().isEmpty());
  }

  @Test
  void aCredentialIsRenewedBeforeItExpires() throws Exception {
    Path count = directory.resolve("count");
    String script =
        "echo x >> %s; N=$(wc -l < %s)\n".formatted(count, count)
            + printing(
                "\"token\": \"t'\"$N\"'\", \"expirationTimestamp\": \"%s\""
                    .formatted(Instant.now().plusSeconds(8)));
    KubeConnections connections = connections(plugin(script));
    connections.start(new SilentListener());

    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          call(connections);
          assertThat(server.calls())
              .extracting(TlsApiServer.ReceivedCall::authorization)
              .contains("Bearer t1", "Bearer t2");
        });
  }

  @Test
  void aCredentialThatHasExpiredIsNotReplacedByNone() throws Exception {
    Path broken = directory.resolve("broken");
    String script =
        "[ -e %s ] && exit 9\n".formatted(broken)
            + printing(
                "\"token\": \"t\", \"expirationTimestamp\": \"%s\""
                    .formatted(Instant.now().plusSeconds(4)));
    KubeConnections connections = connections(plugin(script));
    connections.start(new SilentListener());
    call(connections);
    Files.createFile(broken);

    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(connections.lanePause().map(LanePause::reason).orElse(""))
                .contains("exit status 9"));

    assertThat(server.calls())
        .extracting(TlsApiServer.ReceivedCall::authorization)
        .containsOnly("Bearer t");
  }

  private static final class SilentListener implements K8sClient.Listener {
    @Override
    public void appeared(ClusterNode node) {}

    @Override
    public void changed(ClusterNode before, ClusterNode after) {}

    @Override
    public void disappeared(String name) {}
  }
}

package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which kubeconfigs are refused, and why. */
class KubeconfigContextTests {

  private static final KubeconfigText TLS = KubeconfigText.of(URI.create("https://kube.example"));
  private static final KubeconfigText TOKEN = TLS.user("token: s3cr3t");
  private static final String PEM = KubeconfigText.base64("s3cr3t");
  private static final String PROXY_RULE =
      "proxy-url: must be http://HOST:PORT; other schemes, a user name and a password are not"
          + " supported";
  private static final String PLAIN_RULE =
      "server: must start with https://; plain HTTP is accepted only to a loopback address, without"
          + " a credential and without proxy-url, as for kubectl proxy";
  private static final String SERVER_RULE = "server: must be https://HOST[:PORT][/PATH]";

  @TempDir private Path directory;

  static Stream<Arguments> refused() {
    return Stream.of(
        argumentSet("no scheme", at("kube.example:6443"), SERVER_RULE),
        argumentSet("another scheme", at("ftp://kube.example"), SERVER_RULE),
        argumentSet("a password", at("https://u:s3cr3t@kube.example"), SERVER_RULE),
        argumentSet("a query", at("https://kube.example?x=s3cr3t"), SERVER_RULE),
        argumentSet(
            "plain HTTP with a token", at("http://127.0.0.1:1").user("token: s3cr3t"), PLAIN_RULE),
        argumentSet("plain HTTP", at("http://kube.example"), PLAIN_RULE),
        argumentSet("a name like a loopback address", at("http://127.0.0.1.example"), PLAIN_RULE),
        argumentSet(
            "plain HTTP through a proxy",
            at("http://127.0.0.1:1").cluster("proxy-url: http://127.0.0.1:2"),
            PLAIN_RULE),
        argumentSet("proxy with SOCKS", TOKEN.cluster("proxy-url: socks5://p:1"), PROXY_RULE),
        argumentSet("proxy with TLS", TOKEN.cluster("proxy-url: https://p:1"), PROXY_RULE),
        argumentSet("proxy without port", TOKEN.cluster("proxy-url: http://p"), PROXY_RULE),
        argumentSet(
            "proxy with a password", TOKEN.cluster("proxy-url: http://u:s3cr3t@p:1"), PROXY_RULE),
        argumentSet(
            "server name with a slash",
            TOKEN.cluster("tls-server-name: a/b"),
            "tls-server-name: must be a host name or an IPv4 address"),
        argumentSet(
            "unverified with an authority",
            TOKEN.cluster("insecure-skip-tls-verify: true", "certificate-authority-data: " + PEM),
            "insecure-skip-tls-verify: cannot be combined with certificate-authority"),
        argumentSet(
            "two authorities",
            TOKEN.cluster("certificate-authority: ca.crt", "certificate-authority-data: " + PEM),
            "certificate-authority: cannot be combined with certificate-authority-data"),
        argumentSet(
            "absent authority",
            TOKEN.cluster("certificate-authority: /nonexistent/ca.crt"),
            "certificate-authority: /nonexistent/ca.crt is not a file"),
        argumentSet(
            "unknown field of the cluster",
            TOKEN.cluster("tlsServerName: a"),
            "tlsServerName: is not a known field of a cluster"),
        argumentSet(
            "unknown field of the user",
            TLS.user("token-file: a"),
            "token-file: is not a known field of a user"),
        argumentSet(
            "auth provider",
            TLS.user("auth-provider: {name: oidc, config: {id-token: s3cr3t}}"),
            "auth-provider: is not supported; use exec or tokenFile"),
        argumentSet(
            "certificate without key",
            TLS.user("client-certificate-data: " + PEM),
            "client-key: is missing"),
        argumentSet(
            "key without certificate",
            TLS.user("client-key-data: " + PEM),
            "client-certificate: is missing"),
        argumentSet(
            "token with a line break",
            TLS.user("token: \"s3cr3t\\nX: y\""),
            "token: must not contain spaces or control characters"),
        argumentSet(
            "absent token file",
            TLS.user("tokenFile: /nonexistent/token"),
            "tokenFile: /nonexistent/token is not a file"),
        argumentSet(
            "user name without password", TLS.user("username: admin"), "password: is missing"),
        argumentSet(
            "token and password",
            TOKEN.user("username: admin", "password: s3cr3t"),
            "token, username: only one of them is allowed"),
        argumentSet(
            "groups without a user",
            TOKEN.user("as-groups: [g]"),
            "as: is missing; as-uid, as-groups and as-user-extra need it"),
        argumentSet(
            "user to act as with a line break",
            TOKEN.user("as: \"s3cr3t\\nX: y\""),
            "as: must be printable ASCII"),
        argumentSet(
            "plugin and token",
            TOKEN.user("exec: {apiVersion: client.authentication.k8s.io/v1, command: sh}"),
            "exec, token: only one of them is allowed"),
        argumentSet(
            "plugin and client certificate",
            plugin("command: sh")
                .user("client-certificate-data: " + PEM, "client-key-data: " + PEM),
            "client-certificate, exec: only one of them is allowed"),
        argumentSet(
            "plugin of another version",
            TLS.user("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: sh}"),
            "exec.apiVersion: must be client.authentication.k8s.io/v1 or"
                + " client.authentication.k8s.io/v1beta1"),
        argumentSet(
            "plugin that needs a terminal",
            plugin("command: sh, interactiveMode: Always"),
            "exec.interactiveMode: must not be Always: a service has no terminal"),
        argumentSet(
            "plugin of an unknown mode",
            plugin("command: sh, interactiveMode: Sometimes"),
            "exec.interactiveMode: must be Never or IfAvailable"),
        argumentSet("plugin without a program", plugin("args: [a]"), "exec.command: is missing"),
        argumentSet(
            "absent plugin",
            plugin("command: /nonexistent/plugin"),
            "exec.command: cannot be run: /nonexistent/plugin is not an executable file"),
        argumentSet(
            "plugin that is not in the PATH",
            plugin("command: no-such-credential-plugin"),
            "exec.command: cannot be run: no-such-credential-plugin is not an executable file"),
        argumentSet(
            "plugin with an unknown field",
            plugin("command: sh, environment: []"),
            "environment: is not a known field of a credential plugin (exec)"),
        argumentSet(
            "plugin with a variable without name",
            plugin("command: sh, env: [{value: s3cr3t}]"),
            "exec.env: every variable needs a name"),
        argumentSet(
            "plugin with a variable that cannot be set",
            plugin("command: sh, env: [{name: a, value: \"s3cr3t\\0\"}]"),
            "exec.env: values must not contain the character U+0000"),
        argumentSet(
            "plugin with an argument that cannot be given",
            plugin("command: sh, args: [\"s3cr3t\\0\"]"),
            "exec.args: must not contain the character U+0000"));
  }

  private static KubeconfigText at(String server) {
    return new KubeconfigText(List.of("server: " + server), List.of());
  }

  private static KubeconfigText plugin(String fields) {
    return TLS.user("exec: {apiVersion: client.authentication.k8s.io/v1, " + fields + "}");
  }

  @ParameterizedTest
  @MethodSource
  void refused(KubeconfigText kubeconfig, String reason) {
    assertThatThrownBy(() -> parse(kubeconfig.toString()))
        .isInstanceOf(KubeconfigContext.UnusableKubeconfigException.class)
        .hasMessage("context 'site': " + reason)
        .hasMessageNotContaining("s3cr3t");
  }

  @Test
  void acceptsKubectlProxy() throws Exception {
    KubeconfigContext context = parse(at("http://127.0.0.1:8001").toString());

    assertThat(context.server().isPlain()).isTrue();
    assertThat(context.identity().isAnonymous()).isTrue();
  }

  @Test
  void refusesAnUnknownCurrentContext() {
    String kubeconfig = TOKEN.toString().replace("current-context: site", "current-context: other");

    assertThatThrownBy(() -> parse(kubeconfig)).hasMessage("current-context is not in contexts");
  }

  @Test
  void refusesAUserWithoutAnEntry() {
    String kubeconfig = TOKEN.toString().replace("- name: u", "- name: other");

    assertThatThrownBy(() -> parse(kubeconfig)).hasMessage("context 'site': user: is not in users");
  }

  @Test
  void readsAFileThatAnEditorHasChanged() throws Exception {
    String kubeconfig = "\uFEFF" + TOKEN.toString().replace("\n", "\r\n");

    assertThat(parse(kubeconfig).identity().token()).isPresent();
  }

  private KubeconfigContext parse(String kubeconfig)
      throws KubeconfigContext.UnusableKubeconfigException {
    return KubeconfigContext.parse(directory.resolve("kubeconfig"), kubeconfig);
  }
}

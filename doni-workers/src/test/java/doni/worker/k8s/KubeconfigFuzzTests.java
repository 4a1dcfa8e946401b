package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Kubeconfigs of any content are read or refused; see "Fuzz a parser" in docs/engineers.md. */
class KubeconfigFuzzTests {

  private static final Path FILE = Path.of("/nonexistent/kubeconfig");
  private static final String VALID =
      """
      current-context: c
      contexts: [{name: c, context: {cluster: s, user: u}}]
      clusters: [{name: s, cluster: {server: "https://127.0.0.1:6443"}}]
      users: [{name: u, user: {token: t}}]
      """;

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      KubeconfigContext context =
          KubeconfigContext.parse(FILE, new String(input, StandardCharsets.UTF_8));
      assertThat(context.server().url().getHost()).isNotNull();
    } catch (UnusableKubeconfigException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/KubeconfigFuzzTests.csv")
  void readsOrRefusesEachFileOfTheCorpus(String input) {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void readsOrRefusesEachFile(String input) {
    fuzzerTestOneInput(input.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> inputs() {
    return List.of(
        "",
        "~",
        "[]",
        "1",
        "x",
        "{",
        VALID,
        VALID.replace("https", "http"),
        VALID.replace("https", "ftp"),
        VALID.replace("https://127.0.0.1:6443", ""),
        VALID.replace("https://127.0.0.1:6443", "https://[::1"),
        VALID.replace("https://127.0.0.1:6443", "https://a b"),
        VALID.replace("https://127.0.0.1:6443", "https:x"),
        VALID.replace("https://127.0.0.1:6443", "https://x:99999999999"),
        VALID.replace("https://127.0.0.1:6443", "https://under_score:6443"),
        VALID.replace("current-context: c", "current-context: d"),
        VALID.replace("current-context: c", "current-context: [c]"),
        VALID.replace("cluster: s", "cluster: ~"),
        VALID.replace("{cluster: s, user: u}", "~"),
        VALID.replace("name: s", "name: ~"),
        VALID.replace("[{name: s", "[~, {name: s"),
        VALID.replace("token: t", "token: \"a\\nb\""),
        VALID.replace("token: t", "tokenFile: ../x"),
        VALID.replace("token: t", "tokenFile: \"\\u0000\""),
        VALID.replace("token: t", "client-certificate: \"\\u0000\", client-key: x"),
        VALID.replace("token: t", "client-certificate-data: '!', client-key-data: '!'"),
        VALID.replace("token: t", "username: u"),
        VALID.replace("token: t", "as: a, as-groups: [~, 1], as-user-extra: {x: ~}"),
        VALID.replace("token: t", "exec: ~"),
        VALID.replace("token: t", "exec: {}"),
        VALID.replace("token: t", "exec: {apiVersion: client.authentication.k8s.io/v1}"),
        VALID.replace(
            "token: t",
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, env: [~], args: [~]}"),
        VALID.replace("token: t", "auth-provider: {name: gcp}"),
        VALID.replace("6443\"", "6443\", proxy-url: \"socks5://x\""),
        VALID.replace("6443\"", "6443\", proxy-url: \"http://[\""),
        VALID.replace("6443\"", "6443\", proxy-url: \"http://u:p@x:1\""),
        VALID.replace("6443\"", "6443\", tls-server-name: \"a b\""),
        VALID.replace("6443\"", "6443\", certificate-authority-data: \"e\""),
        VALID.replace("6443\"", "6443\", certificate-authority: \"\\u0000\""),
        VALID.replace("6443\"", "6443\", insecure-skip-tls-verify: maybe"),
        VALID.replace("6443\"", "6443\", unknown: 1"),
        VALID + VALID,
        VALID + "---\n" + VALID,
        "a: &a [*a]",
        "clusters: &a [*a]",
        "current-context: c\ncontexts:",
        VALID.replaceFirst("clusters: .*", "clusters:"),
        VALID.replaceFirst("users: .*", "users:"),
        "users: !!java.net.URL x",
        "{".repeat(300));
  }
}

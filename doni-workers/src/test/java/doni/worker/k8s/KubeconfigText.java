package doni.worker.k8s;

import doni.simulator.http.CertificateAuthority;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A kubeconfig with one context, {@code site}, as YAML. */
record KubeconfigText(List<String> cluster, List<String> user) {

  static KubeconfigText of(URI server) {
    return new KubeconfigText(List.of("server: " + server), List.of());
  }

  /** Trusts the authority. */
  KubeconfigText trusting(CertificateAuthority authority) {
    return cluster("certificate-authority-data: " + base64(authority.certificate()));
  }

  /** Adds lines to the cluster. */
  KubeconfigText cluster(String... lines) {
    return new KubeconfigText(plus(cluster, lines), user);
  }

  /** Adds lines to the user. */
  KubeconfigText user(String... lines) {
    return new KubeconfigText(cluster, plus(user, lines));
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> plus(List<String> lines, String... more) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return """
    apiVersion: v1
    kind: Config
    current-context: site
    contexts:
    - name: site
      context: {cluster: c, user: u}
    clusters:
    - name: c
      cluster:%s
    users:
    - name: u
      user:%s
    """
        .formatted(block(cluster), user.isEmpty() ? " {}" : block(user));
  }

  private static String block(List<String> lines) {
    return "\n    " + String.join("\n    ", lines);
  }
}

package doni.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How the chart lets Doni reach the cluster that it runs in. */
class InClusterAccessTests {

  private static final String MOUNTED = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final String SITE = "helm/trial.yaml";

  @TempDir Path account;
  private String kubeconfig;

  @BeforeEach
  void mount() throws IOException {
    Files.writeString(account.resolve("ca.crt"), "");
    kubeconfig =
        find("ConfigMap", "site-doni-kubeconfig")
            .content()
            .path("data")
            .path("kubeconfig")
            .asString()
            .replace(MOUNTED, account.toString());
  }

  @Test
  void readsTheTokenOfThePod() throws IOException {
    Files.writeString(account.resolve("token"), "first-token");

    assertThat(Config.fromKubeconfig(kubeconfig).getAutoOAuthToken()).isEqualTo("first-token");
  }

  @Test
  void readsATokenThatWasRotated() throws IOException {
    Files.writeString(account.resolve("token"), "first-token");
    Config.fromKubeconfig(kubeconfig);
    Files.writeString(account.resolve("token"), "second-token");

    assertThat(Config.fromKubeconfig(kubeconfig).getAutoOAuthToken()).isEqualTo("second-token");
  }

  @Test
  void mayDoWithNodesAndSecretsWhatTheLaneNeedsAndNoMore() {
    assertThat(verbs(find("ClusterRole", "edge-site-doni"), "nodes"))
        .containsExactly("delete", "get", "list", "patch", "watch");
    Manifest secrets = find("Role", "edge-site-doni");
    assertThat(secrets.content().path("metadata").path("namespace").asString())
        .isEqualTo("kube-system");
    assertThat(verbs(secrets, "secrets")).containsExactly("create", "delete", "get", "patch");
  }

  private static Set<String> verbs(Manifest role, String resource) {
    JsonNode rules = role.content().path("rules");
    assertThat(rules).hasSize(1);
    assertThat(rules.path(0).path("resources").path(0).asString()).isEqualTo(resource);
    Set<String> verbs = new TreeSet<>();
    rules.path(0).path("verbs").forEach(verb -> verbs.add(verb.asString()));
    return verbs;
  }

  private static Manifest find(String kind, String name) {
    return Manifest.all().stream()
        .filter(manifest -> manifest.file().equals(SITE))
        .filter(manifest -> manifest.kind().equals(kind) && manifest.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}

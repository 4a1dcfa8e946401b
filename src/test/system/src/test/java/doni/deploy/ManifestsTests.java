package doni.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ManifestsTests {

  private static final TypedModel MODEL = new TypedModel();
  private static final CustomFields CUSTOM = new CustomFields();

  static List<Manifest> manifests() {
    return Manifest.all();
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void hasNoFieldThatItsTypeDoesNotKnow(Manifest manifest) {
    assertThat(mistakes(manifest.apiVersion(), manifest.kind(), manifest.content())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void bearsANameThatTheApiServerTakes(Manifest manifest) {
    assertThat(manifest.name()).matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  }

  @Test
  void coversEveryKindThatTheChartAndTheRolesRender() {
    assertThat(manifests())
        .extracting(Manifest::kind)
        .contains(
            "Deployment",
            "DaemonSet",
            "Service",
            "Secret",
            "ConfigMap",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "PodDisruptionBudget",
            "NetworkPolicy",
            "Namespace",
            "ServiceMonitor",
            "Cluster",
            "Installation",
            "APIServer",
            "GlobalNetworkPolicy",
            "IPReservation",
            "FelixConfiguration",
            "KubeControllersConfiguration");
  }

  @Test
  void noticesAFieldThatIsNotThere() {
    JsonNode misspelt =
        tree(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "spec", Map.of("replicass", 2)));

    assertThat(mistakes("apps/v1", "Deployment", misspelt))
        .singleElement()
        .asString()
        .contains("replicass");
  }

  @Test
  void noticesAFieldThatIsNotThereDeepInside() {
    JsonNode misspelt =
        tree(
            Map.of(
                "spec",
                Map.of(
                    "template",
                    Map.of("spec", Map.of("containers", List.of(Map.of("imagee", "x")))))));

    assertThat(mistakes("apps/v1", "DaemonSet", misspelt))
        .singleElement()
        .asString()
        .contains("imagee");
  }

  @Test
  void noticesAFieldOfACustomResourceThatIsNotThere() {
    JsonNode misspelt = tree(Map.of("spec", Map.of("selectr", "all()", "order", "first")));

    assertThat(mistakes("projectcalico.org/v3", "GlobalNetworkPolicy", misspelt))
        .containsExactlyInAnyOrder(
            "spec.selectr is not a field", "spec.order is \"first\", allowed: \"integer\"");
  }

  private static List<String> mistakes(String apiVersion, String kind, JsonNode content) {
    if (CUSTOM.know(apiVersion, kind)) {
      return CUSTOM.mistakes(apiVersion, kind, content);
    }
    assertThat(MODEL.knows(apiVersion, kind)).as("%s %s has a model", apiVersion, kind).isTrue();
    return MODEL.mistake(apiVersion, kind, content).stream().toList();
  }

  private static JsonNode tree(Object value) {
    return JsonMapper.builder().build().valueToTree(value);
  }
}

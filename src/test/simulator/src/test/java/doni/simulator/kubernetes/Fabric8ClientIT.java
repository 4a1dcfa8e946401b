package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Fabric8ClientIT {

  private final SimulatedKubernetes kubernetes = new SimulatedKubernetes(0, Clock.systemUTC());
  private final List<String> events = new CopyOnWriteArrayList<>();
  private KubernetesClient client;

  @BeforeEach
  void connect() {
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(kubernetes.kubeconfig("doni")))
            .build();
  }

  @AfterEach
  void close() {
    client.close();
    kubernetes.close();
  }

  @Test
  void patchesLabelsOfANode() {
    kubernetes.addNode("pi-01");

    Node patched =
        client
            .nodes()
            .withName("pi-01")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"labels\":{\"smarter-device-manager\":\"enabled\"}}}");

    assertThat(patched.getMetadata().getLabels())
        .containsEntry("smarter-device-manager", "enabled")
        .containsEntry("kubernetes.io/hostname", "pi-01");
  }

  @Test
  void createsASecretFromTexts() {
    Secret secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName("bootstrap-token-abc123")
            .endMetadata()
            .withType("bootstrap.kubernetes.io/token")
            .withStringData(Map.of("token-id", "abc123"))
            .build();

    client.secrets().inNamespace("kube-system").resource(secret).create();

    assertThat(kubernetes.secret("bootstrap-token-abc123"))
        .hasValueSatisfying(there -> assertThat(there.data()).containsEntry("token-id", "abc123"));
  }

  @Test
  void informerSeesAllThatHappens() {
    kubernetes.addNode("pi-01");
    try (SharedIndexInformer<Node> _ = informer()) {
      await().untilAsserted(() -> assertThat(events).contains("add pi-01"));

      kubernetes.setLabels("pi-01", Map.of("a", "b"));
      kubernetes.addNode("pi-02");
      kubernetes.removeNode("pi-01");

      await()
          .untilAsserted(
              () -> assertThat(events).contains("update pi-01", "add pi-02", "delete pi-01"));
    }
  }

  @Test
  void informerListsAgainWhenItsVersionIsTooOld() {
    kubernetes.addNode("pi-01");
    try (SharedIndexInformer<Node> _ = informer()) {
      await().untilAsserted(() -> assertThat(events).contains("add pi-01"));

      kubernetes.forgetHistory();
      kubernetes.addNode("pi-02");

      await().untilAsserted(() -> assertThat(events).contains("add pi-02"));
      assertThat(kubernetes.calls().matching("GET", "/api/v1/nodes"))
          .filteredOn(call -> !call.query().contains("watch"))
          .hasSizeGreaterThan(1);
    }
  }

  @Test
  void informerComesBackAfterAnOutage() {
    try (SharedIndexInformer<Node> _ = informer()) {
      kubernetes.stop();
      kubernetes.addNode("pi-01");
      kubernetes.start();

      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(events).contains("add pi-01"));
    }
  }

  @Test
  void informerLivesThroughBookmarksAndEndsOfWatches() {
    kubernetes.bookmarkEvery(Duration.ofMillis(20));
    try (SharedIndexInformer<Node> _ = informer()) {
      for (int i = 0; i < 5; i++) {
        String name = "pi-0" + i;
        kubernetes.addNode(name);
        kubernetes.endWatches();
        await().untilAsserted(() -> assertThat(events).contains("add " + name));
      }
    }
  }

  private SharedIndexInformer<Node> informer() {
    return client
        .nodes()
        .inform(
            new ResourceEventHandler<>() {
              @Override
              public void onAdd(Node node) {
                events.add("add " + node.getMetadata().getName());
              }

              @Override
              public void onUpdate(Node before, Node node) {
                events.add("update " + node.getMetadata().getName());
              }

              @Override
              public void onDelete(Node node, boolean unknown) {
                events.add("delete " + node.getMetadata().getName());
              }
            });
  }
}

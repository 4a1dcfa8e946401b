package doni.worker.k8s;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What devices and other clients do to the cluster. */
record EdgeNodes(KubernetesClient admin) {

  /** A kubelet registers and is ready. */
  void join(String name) {
    join(name, Map.of());
  }

  void join(String name, Map<String, String> labels) {
    var _ =
        admin
            .nodes()
            .resource(
                new NodeBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withLabels(labels)
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .build())
            .create();
    ready(name, "True");
  }

  void ready(String name, String status) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    undisturbed(() ->
        admin
            .nodes()
            .withName(name)
            .editStatus(node ->
                new NodeBuilder(node)
                    .editOrNewStatus()
                    .withConditions(
                        new NodeConditionBuilder()
                            .withType("Ready")
                            .withStatus(status)
                            .withLastTransitionTime(now)
                            .withLastHeartbeatTime(now)
                            .build())
                    .endStatus()
                    .build()));
  }

  void leave(String name) {
    var _ = admin.nodes().withName(name).delete();
  }

  Optional<Node> find(String name) {
    return Optional.ofNullable(admin.nodes().withName(name).get());
  }

  Node get(String name) {
    return find(name).orElseThrow();
  }

  Map<String, String> labels(String name) {
    Map<String, String> labels = get(name).getMetadata().getLabels();
    return labels == null ? Map.of() : labels;
  }

  /** As {@code key=value:effect}, without those of the node controller, which come and go. */
  List<String> taints(String name) {
    NodeSpec spec = get(name).getSpec();
    return spec == null || spec.getTaints() == null
        ? List.of()
        : spec.getTaints().stream()
            .filter(taint -> !taint.getKey().startsWith("node.kubernetes.io/"))
            .map(t -> "%s=%s:%s".formatted(t.getKey(), t.getValue(), t.getEffect()))
            .toList();
  }

  void label(String name, String key, @Nullable String value) {
    undisturbed(() ->
        admin
            .nodes()
            .withName(name)
            .edit(node -> {
              Map<String, String> labels = new TreeMap<>();
              if (node.getMetadata().getLabels() != null) {
                labels.putAll(node.getMetadata().getLabels());
              }
              if (value == null) {
                labels.remove(key);
              } else {
                labels.put(key, value);
              }
              node.getMetadata().setLabels(labels);
              return node;
            }));
  }

  void taint(String name, String key, String value, String effect) {
    undisturbed(() ->
        admin
            .nodes()
            .withName(name)
            .edit(node -> {
              var taints = new ArrayList<>(node.getSpec().getTaints());
              taints.add(new io.fabric8.kubernetes.api.model.Taint(effect, key, null, value));
              node.getSpec().setTaints(taints);
              return node;
            }));
  }

  /** Repeats an edit on a conflict: the node controller writes new Nodes, too. */
  private static void undisturbed(Callable<?> edit) {
    var _ =
        await()
            .ignoreExceptionsMatching(
                e -> e instanceof KubernetesClientException k && k.getCode() == 409)
            .until(edit, Objects::nonNull);
  }

  Optional<Secret> secret(String id) {
    return Optional.ofNullable(
        admin.secrets().inNamespace("kube-system").withName(K8sObjects.secretName(id)).get());
  }

  String value(String id, String key) {
    return new String(
        Base64.getDecoder().decode(secret(id).orElseThrow().getData().get(key)),
        StandardCharsets.UTF_8);
  }

  /** Creates a token secret without owner. */
  void foreignSecret(String id, String tokenSecret) {
    var _ =
        secrets()
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withName(K8sObjects.secretName(id))
                    .endMetadata()
                    .withType("bootstrap.kubernetes.io/token")
                    .withStringData(Map.of("token-id", id, "token-secret", tokenSecret))
                    .build())
            .create();
  }

  void expire(String id, Instant when) {
    var _ =
        secrets()
            .withName(K8sObjects.secretName(id))
            .edit(secret -> {
              secret
                  .getData()
                  .put(
                      "expiration",
                      Base64.getEncoder()
                          .encodeToString(when.toString().getBytes(StandardCharsets.UTF_8)));
              return secret;
            });
  }

  void deleteSecret(String id) {
    var _ = secrets().withName(K8sObjects.secretName(id)).delete();
  }

  private NonNamespaceOperation<Secret, ?, Resource<Secret>> secrets() {
    return admin.secrets().inNamespace("kube-system");
  }
}

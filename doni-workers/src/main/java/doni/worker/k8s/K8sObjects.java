package doni.worker.k8s;

import doni.enrollment.Secret;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import doni.worker.k8s.K8sWrite.PatchNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.Taint;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes Nodes and token secrets as the API's objects.
 *
 * <p>The API server validates nothing of a token secret: with a name that does not match the id, or
 * without one of the keys, the token does not work. A secret whose expiration cannot be parsed is
 * deleted at once.
 */
final class K8sObjects {

  private static final String TYPE = "bootstrap.kubernetes.io/token";
  private static final String OWNER = "chi.edge/hardware-uuid";
  private static final String ID = "token-id";
  private static final String SECRET = "token-secret";
  private static final String EXPIRATION = "expiration";
  private static final String MAY_AUTHENTICATE = "usage-bootstrap-authentication";
  private static final String MAY_SIGN = "usage-bootstrap-signing";

  private K8sObjects() {}

  static ClusterNode node(Node node) {
    Map<String, String> labels = node.getMetadata().getLabels();
    Optional<NodeCondition> ready = readyCondition(node);
    return new ClusterNode(
        node.getMetadata().getName(),
        node.getMetadata().getUid(),
        node.getMetadata().getResourceVersion(),
        labels == null ? Map.of() : labels,
        node.getSpec() == null || node.getSpec().getTaints() == null
            ? List.of()
            : node.getSpec().getTaints().stream().map(K8sObjects::read).toList(),
        ready.filter(condition -> "True".equals(condition.getStatus())).isPresent(),
        ready
            .filter(condition -> !"True".equals(condition.getStatus()))
            .map(NodeCondition::getReason)
            .orElse(null),
        ready.filter(condition -> "Unknown".equals(condition.getStatus())).isPresent(),
        ready.map(NodeCondition::getLastTransitionTime).map(K8sObjects::instant).orElse(null));
  }

  /**
   * Returns the merge patch. It touches only the named labels, but replaces the whole list of
   * taints (as a strategic merge patch would: taints have no merge key), hence the resource version
   * with it. Without taints there is none, because kubelets write their Nodes often.
   */
  static Map<String, Object> nodePatch(PatchNode patch) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("metadata", metadata);
    if (!patch.labels().isEmpty()) {
      metadata.put("labels", patch.labels());
    }
    if (patch.taints() != null) {
      metadata.put("resourceVersion", patch.taints().resourceVersion());
      object.put(
          "spec",
          Map.of("taints", patch.taints().all().stream().map(K8sObjects::written).toList()));
    }
    return object;
  }

  private static Optional<NodeCondition> readyCondition(Node node) {
    return node.getStatus() == null || node.getStatus().getConditions() == null
        ? Optional.empty()
        : node.getStatus().getConditions().stream()
            .filter(condition -> "Ready".equals(condition.getType()))
            .findFirst();
  }

  private static NodeTaint read(Taint taint) {
    return new NodeTaint(taint.getKey(), taint.getValue(), taint.getEffect(), taint.getTimeAdded());
  }

  private static Map<String, String> written(NodeTaint taint) {
    Map<String, String> written = new LinkedHashMap<>();
    written.put("key", taint.key());
    if (taint.value() != null) {
      written.put("value", taint.value());
    }
    written.put("effect", taint.effect());
    if (taint.timeAdded() != null) {
      written.put("timeAdded", taint.timeAdded());
    }
    return written;
  }

  static String secretName(String id) {
    return "bootstrap-token-" + id;
  }

  static TokenSecret tokenSecret(String id, io.fabric8.kubernetes.api.model.Secret object) {
    Map<String, String> data = object.getData() == null ? Map.of() : object.getData();
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    String secret = decoded(data.get(SECRET));
    return new TokenSecret(
        id,
        TYPE.equals(object.getType()),
        annotations == null ? null : annotations.get(OWNER),
        secret == null ? null : new Secret(secret),
        instant(decoded(data.get(EXPIRATION))),
        id.equals(decoded(data.get(ID)))
            && "true".equals(decoded(data.get(MAY_AUTHENTICATE)))
            && "true".equals(decoded(data.get(MAY_SIGN))));
  }

  /** Returns the object to create. */
  static Map<String, Object> secretObject(DesiredToken desired) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", "v1");
    object.put("kind", "Secret");
    object.put("type", TYPE);
    object.put(
        "metadata",
        Map.of(
            "name", secretName(desired.token().id()),
            "labels", Map.of("app.kubernetes.io/managed-by", "doni"),
            "annotations", Map.of(OWNER, desired.hardware())));
    object.put("stringData", values(desired));
    return object;
  }

  /** Returns the merge patch that overwrites every key of an existing object. */
  static Map<String, Object> secretPatch(DesiredToken desired) {
    Map<String, String> data = new LinkedHashMap<>();
    values(desired).forEach((key, value) -> data.put(key, encoded(value)));
    return Map.of(
        "metadata", Map.of("annotations", Map.of(OWNER, desired.hardware())), "data", data);
  }

  private static Map<String, String> values(DesiredToken desired) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(ID, desired.token().id());
    values.put(SECRET, desired.token().secret().value());
    values.put(
        "description", "Lets the edge device " + desired.nodeName() + " join; issued by Doni");
    values.put(EXPIRATION, desired.expires().toString());
    values.put(MAY_AUTHENTICATE, "true");
    values.put(MAY_SIGN, "true");
    return values;
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable String decoded(@Nullable String base64) {
    try {
      return base64 == null
          ? null
          : new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      return null;
    }
  }
}

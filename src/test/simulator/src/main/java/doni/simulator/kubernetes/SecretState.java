package doni.simulator.kubernetes;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A secret as it is.
 *
 * @param data decoded
 */
public record SecretState(
    String name,
    String uid,
    String resourceVersion,
    String type,
    Map<String, String> labels,
    Map<String, String> annotations,
    Map<String, String> data) {

  public SecretState {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    data = Map.copyOf(data);
  }

  static SecretState of(JsonNode secret) {
    Map<String, String> data = new TreeMap<>();
    texts(secret.path("data"))
        .forEach((key, base64) ->
            data.put(key, new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8)));
    return new SecretState(
        Objects.name(secret),
        Objects.uid(secret),
        Objects.version(secret),
        secret.path("type").asString(""),
        texts(secret.path("metadata").path("labels")),
        texts(secret.path("metadata").path("annotations")),
        data);
  }

  /** The data by their keys only, so that no failed assertion prints them. */
  @Override
  public String toString() {
    return "SecretState[" + name + ", " + type + ", data of " + data.keySet() + "]";
  }

  private static Map<String, String> texts(JsonNode map) {
    Map<String, String> texts = new TreeMap<>();
    map.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asString("")));
    return texts;
  }
}

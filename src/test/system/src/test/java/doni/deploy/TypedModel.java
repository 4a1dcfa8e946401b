package doni.deploy;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/**
 * The model of Kubernetes' own types, made to refuse what it would otherwise keep aside as
 * additional properties.
 */
final class TypedModel {

  private static final class NothingAside extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
      return false;
    }
  }

  private final KubernetesSerialization types = new KubernetesSerialization();
  private final JsonMapper mapper =
      JsonMapper.builder()
          .annotationIntrospector(new NothingAside())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  boolean knows(String apiVersion, String kind) {
    return type(apiVersion, kind).isPresent();
  }

  /** What is wrong with an object; empty where nothing is. */
  Optional<String> mistake(String apiVersion, String kind, JsonNode content) {
    Class<? extends KubernetesResource> type =
        type(apiVersion, kind)
            .orElseThrow(() -> new IllegalArgumentException(apiVersion + " " + kind));
    try {
      KubernetesResource read = mapper.treeToValue(content, type);
      return type.isInstance(read) ? Optional.empty() : Optional.of("it is empty");
    } catch (JacksonException e) {
      return Optional.of(e.getOriginalMessage() + " at " + e.getPathReference());
    }
  }

  private Optional<Class<? extends KubernetesResource>> type(String apiVersion, String kind) {
    return Optional.ofNullable(types.getRegisteredKubernetesResource(apiVersion, kind));
  }
}

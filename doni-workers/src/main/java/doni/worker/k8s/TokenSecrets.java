package doni.worker.k8s;

import doni.enrollment.Secret;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a bootstrap token is written down as a Secret.
 *
 * <p>The API server checks nothing of it on write: with a name that does not match the id, or
 * without one of the keys, the token simply does not work. One whose expiration cannot be parsed is
 * deleted at once.
 */
final class TokenSecrets {

  private static final String TYPE = "bootstrap.kubernetes.io/token";
  private static final String OWNER = "chi.edge/hardware-uuid";
  private static final String ID = "token-id";
  private static final String SECRET = "token-secret";
  private static final String EXPIRATION = "expiration";
  private static final String MAY_AUTHENTICATE = "usage-bootstrap-authentication";
  private static final String MAY_SIGN = "usage-bootstrap-signing";

  private TokenSecrets() {}

  static String name(String id) {
    return "bootstrap-token-" + id;
  }

  static TokenSecret read(String id, io.fabric8.kubernetes.api.model.Secret object) {
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

  /** The object to create. */
  static Map<String, Object> object(TokenWish wish) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", "v1");
    object.put("kind", "Secret");
    object.put("type", TYPE);
    object.put(
        "metadata",
        Map.of(
            "name", name(wish.token().id()),
            "labels", Map.of("app.kubernetes.io/managed-by", "doni"),
            "annotations", Map.of(OWNER, wish.hardware())));
    object.put("stringData", values(wish));
    return object;
  }

  /** The merge patch that makes the object, whatever it says, say this. */
  static Map<String, Object> patch(TokenWish wish) {
    Map<String, String> data = new LinkedHashMap<>();
    values(wish).forEach((key, value) -> data.put(key, encoded(value)));
    return Map.of("metadata", Map.of("annotations", Map.of(OWNER, wish.hardware())), "data", data);
  }

  private static Map<String, String> values(TokenWish wish) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put(ID, wish.token().id());
    values.put(SECRET, wish.token().secret().value());
    values.put("description", "Lets the edge device " + wish.nodeName() + " join; issued by Doni");
    values.put(EXPIRATION, wish.expires().toString());
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

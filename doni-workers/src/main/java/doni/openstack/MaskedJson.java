package doni.openstack;

import doni.enrollment.Secret;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * A request's body as it is sent, and the secrets in it: every {@link Secret}, and every text under
 * a key, or a path of a JSON patch, that names a secret.
 */
record MaskedJson(String text, Set<String> secrets) {

  private static final String SEEN = "doni.secrets";

  private static final Pattern SECRET_NAME =
      Pattern.compile("password|passwd|secret|token|private_key", Pattern.CASE_INSENSITIVE);

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new SimpleModule().addSerializer(Secret.class, new SecretSerializer()))
          .build();

  private static final class SecretSerializer extends ValueSerializer<Secret> {
    @Override
    public void serialize(Secret secret, JsonGenerator out, SerializationContext context)
        throws JacksonException {
      if (context.getAttribute(SEEN) instanceof Seen seen) {
        seen.values.add(secret.value());
      }
      out.writeString(secret.value());
    }
  }

  private static final class Seen {
    private final Set<String> values = new HashSet<>();
  }

  static MaskedJson of(@Nullable Object value) {
    if (value == null) {
      return new MaskedJson("", Set.of());
    }
    Seen seen = new Seen();
    String text = MAPPER.writer().withAttribute(SEEN, seen).writeValueAsString(value);
    collect(MAPPER.readTree(text), seen.values);
    seen.values.removeIf(String::isBlank);
    return new MaskedJson(text, Set.copyOf(seen.values));
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Returns the text with a mask in place of each secret. */
  String masked(String plain) {
    // The longest first: one secret may be the beginning of another.
    List<String> longestFirst =
        secrets.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
    String masked = plain;
    for (String secret : longestFirst) {
      masked = new Secret(secret).maskedIn(masked);
    }
    return masked;
  }

  private static void collect(JsonNode node, Set<String> found) {
    boolean patchesSecret = namesSecret(node.path("path").asString(""));
    for (var property : node.properties()) {
      boolean secret =
          namesSecret(property.getKey()) || (patchesSecret && property.getKey().equals("value"));
      if (secret && property.getValue().isString()) {
        found.add(property.getValue().asString());
      }
    }
    for (JsonNode child : node) {
      collect(child, found);
    }
  }

  /** Returns whether a value under this name, in JSON or a header, is a secret. */
  static boolean namesSecret(String name) {
    return SECRET_NAME.matcher(name).find();
  }

  @Override
  public String toString() {
    return text.length() + " characters";
  }
}

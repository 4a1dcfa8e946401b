package doni.simulator.kubernetes;

import doni.simulator.kubernetes.StatusError.Cause;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the API refuses about an object: 422 with causes, and 400 for data that is not base64. */
final class Rules {

  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern NAME_PART =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
  private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  private static final String NAME_RULE =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
          + " '.', and must start and end with an alphanumeric character";
  private static final String KEY_RULE =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
          + " with an alphanumeric character, with an optional DNS subdomain prefix and '/'";
  private static final String VALUE_RULE =
      "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-',"
          + " '_' or '.', and must start and end with an alphanumeric character";

  private Rules() {}

  /** Refuses an object that breaks a rule. */
  static void check(Kind kind, ObjectNode object) {
    List<Cause> causes = new ArrayList<>();
    String name = Objects.name(object);
    if (name.length() > 253 || !SUBDOMAIN.matcher(name).matches()) {
      causes.add(Cause.invalid("metadata.name", name, NAME_RULE));
    }
    texts(object.path("metadata").path("labels"), "metadata.labels", true, causes);
    texts(object.path("metadata").path("annotations"), "metadata.annotations", false, causes);
    switch (kind) {
      case NODE -> taints(object.path("spec").path("taints"), causes);
      case SECRET -> data(object.path("data"), causes);
    }
    if (!causes.isEmpty()) {
      throw StatusError.invalid(kind, name, causes);
    }
  }

  private static void texts(JsonNode map, String field, boolean labels, List<Cause> causes) {
    map.properties()
        .forEach(entry -> {
          if (!isKey(entry.getKey())) {
            causes.add(Cause.invalid(field, entry.getKey(), KEY_RULE));
          }
          JsonNode value = entry.getValue();
          if (!value.isString()) {
            causes.add(Cause.invalid(field, value.toString(), "must be a string"));
          } else if (labels && !isValue(value.asString())) {
            causes.add(Cause.invalid(field, value.asString(), VALUE_RULE));
          }
        });
  }

  private static void taints(JsonNode taints, List<Cause> causes) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < taints.size(); i++) {
      JsonNode taint = taints.get(i);
      String field = "spec.taints[" + i + "]";
      String key = taint.path("key").asString("");
      String value = taint.path("value").asString("");
      String effect = taint.path("effect").asString("");
      if (!isKey(key)) {
        causes.add(Cause.invalid(field + ".key", key, KEY_RULE));
      }
      if (!isValue(value)) {
        causes.add(Cause.invalid(field + ".value", value, VALUE_RULE));
      }
      if (!EFFECTS.contains(effect)) {
        String supported = "supported values: \"NoExecute\", \"NoSchedule\", \"PreferNoSchedule\"";
        String text = "Unsupported value: \"" + effect + "\": " + supported;
        causes.add(new Cause("FieldValueNotSupported", field + ".effect", text));
      }
      if (!seen.add(key + "\n" + effect)) {
        String text = "Duplicate value: taints must be unique by key and effect pair";
        causes.add(new Cause("FieldValueDuplicate", field, text));
      }
    }
  }

  private static void data(JsonNode data, List<Cause> causes) {
    data.properties()
        .forEach(entry -> {
          String field = "data[" + entry.getKey() + "]";
          if (!DATA_KEY.matcher(entry.getKey()).matches()) {
            String rule =
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
            causes.add(Cause.invalid(field, entry.getKey(), rule));
          }
          requireBase64(entry.getValue());
        });
  }

  private static void requireBase64(JsonNode value) {
    try {
      byte[] _ = Base64.getDecoder().decode(value.isString() ? value.asString() : "?");
    } catch (IllegalArgumentException e) {
      throw StatusError.badRequest(
          "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data");
    }
  }

  private static boolean isKey(String key) {
    int slash = key.indexOf('/');
    String prefix = slash < 0 ? "" : key.substring(0, slash);
    String name = key.substring(slash + 1);
    boolean goodPrefix =
        slash < 0 || (prefix.length() <= 253 && SUBDOMAIN.matcher(prefix).matches());
    return goodPrefix && name.length() <= 63 && NAME_PART.matcher(name).matches();
  }

  private static boolean isValue(String value) {
    return value.isEmpty() || (value.length() <= 63 && NAME_PART.matcher(value).matches());
  }
}

package doni.openstack;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Finds a service's message in the body of an error.
 *
 * <p>Known forms: {@code {"error_message": "..."}} (Blazar; Ironic puts a JSON document of its own
 * into the string), {@code {"error": "..."}} (Tunelo), {@code {"error": {"message": "..."}}}
 * (Keystone and its middleware), {@code {"message": "..."}}, {@code {"faultstring": "..."}}, one
 * object around any of these (Neutron, Nova), HTML, and plain text.
 */
final class ServiceErrorMessage {

  static final int LONGEST = 300;

  /** The most specific first. */
  private static final List<String> KEYS =
      List.of("error_message", "faultstring", "description", "message", "error", "detail", "title");

  /** No known service nests deeper. */
  private static final int DEEPEST = 4;

  private ServiceErrorMessage() {}

  /** Returns the message in one line, in full length; see {@link #bounded}. */
  static String find(JsonNode json, String text) {
    String found = json.isContainer() ? in(json, 0) : "";
    return oneLine(found.isEmpty() ? withoutTags(text) : found);
  }

  static String bounded(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }

  private static String in(JsonNode node, int depth) {
    if (depth > DEEPEST) {
      return "";
    }
    if (node.isString()) {
      return inText(node.asString(), depth);
    }
    for (String key : KEYS) {
      String found = in(node.path(key), depth + 1);
      if (!found.isEmpty()) {
        return found;
      }
    }
    boolean wrapped = node.isObject() && node.size() == 1 && node.iterator().next().isObject();
    return wrapped ? in(node.iterator().next(), depth + 1) : "";
  }

  private static String inText(String text, int depth) {
    if (!text.strip().startsWith("{")) {
      return text;
    }
    try {
      String found = in(MaskedJson.MAPPER.readTree(text), depth + 1);
      return found.isEmpty() ? text : found;
    } catch (JacksonException _) {
      return text;
    }
  }

  private static String withoutTags(String text) {
    return text.replaceAll("(?is)<(title|style|script)\\b.*?</\\1>", " ")
        .replaceAll("<[^<>]{1,500}>", " ");
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }
}

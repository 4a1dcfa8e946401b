package doni.simulator.kubernetes;

import doni.simulator.http.Request;
import java.util.Arrays;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The objects that a list or a watch asks for. */
final class Selection {

  private Selection() {}

  /**
   * By namespace (empty: all), by {@code fieldSelector=metadata.name=NAME}, and by equalities,
   * inequalities and existence in {@code labelSelector}.
   */
  static Predicate<ObjectNode> of(Request request, String namespace) {
    Predicate<ObjectNode> wanted =
        object -> namespace.isEmpty() || Objects.namespace(object).equals(namespace);
    String fields = request.query("fieldSelector").orElse("");
    if (!fields.isEmpty()) {
      String[] pair = fields.split("==?", 2);
      if (pair.length != 2 || !pair[0].equals("metadata.name")) {
        throw StatusError.badRequest("field label not supported: " + pair[0]);
      }
      wanted = wanted.and(object -> Objects.name(object).equals(pair[1]));
    }
    return Arrays.stream(request.query("labelSelector").orElse("").split(",", -1))
        .filter(term -> !term.isBlank())
        .map(String::strip)
        .map(Selection::label)
        .reduce(wanted, Predicate::and);
  }

  private static Predicate<ObjectNode> label(String term) {
    if (term.contains("!=")) {
      String[] pair = term.split("!=", 2);
      return object -> !labels(object).path(pair[0]).asString("").equals(pair[1]);
    }
    if (term.contains("=")) {
      String[] pair = term.split("==?", 2);
      return object ->
          labels(object).has(pair[0]) && labels(object).path(pair[0]).asString().equals(pair[1]);
    }
    return term.startsWith("!")
        ? object -> !labels(object).has(term.substring(1))
        : object -> labels(object).has(term);
  }

  private static JsonNode labels(ObjectNode object) {
    return object.path("metadata").path("labels");
  }
}

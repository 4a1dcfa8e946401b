package doni.simulator.kubernetes;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The errors of the API, each a {@code Status} object. */
final class StatusError {

  /** One thing that is wrong with an object. */
  record Cause(String reason, String field, String message) {

    static Cause invalid(String field, String value, String rule) {
      return new Cause("FieldValueInvalid", field, "Invalid value: \"" + value + "\": " + rule);
    }
  }

  private StatusError() {}

  static ObjectNode success(Kind kind, String name, String uid) {
    ObjectNode status = status("Success");
    status.putObject("details").put("name", name).put("kind", kind.plural()).put("uid", uid);
    return status;
  }

  static ObjectNode failure(int code, String reason, String message) {
    return status("Failure").put("message", message).put("reason", reason).put("code", code);
  }

  static Refusal unauthorized() {
    return refusal(failure(401, "Unauthorized", "Unauthorized"));
  }

  static Refusal badRequest(String message) {
    return refusal(failure(400, "BadRequest", message));
  }

  static Refusal forbidden(
      String user, String verb, String resource, String namespace, String name) {
    String scope =
        namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"";
    String plural = resource.split("/", 2)[0];
    String what = name.isEmpty() ? plural : plural + " \"" + name + "\"";
    ObjectNode body =
        failure(
            403,
            "Forbidden",
            what
                + " is forbidden: User \""
                + user
                + "\" cannot "
                + verb
                + " resource \""
                + resource
                + "\" in API group \"\" "
                + scope);
    ObjectNode details = body.putObject("details");
    if (!name.isEmpty()) {
      details.put("name", name);
    }
    details.put("kind", plural);
    return refusal(body);
  }

  static Refusal notFound(String plural, String name) {
    return refusal(detailed(404, "NotFound", plural + " \"" + name + "\" not found", plural, name));
  }

  static Refusal alreadyExists(Kind kind, String name) {
    String message = kind.plural() + " \"" + name + "\" already exists";
    return refusal(detailed(409, "AlreadyExists", message, kind.plural(), name));
  }

  static Refusal modified(Kind kind, String name) {
    return conflict(
        kind,
        name,
        "the object has been modified; please apply your changes to the latest version and try"
            + " again");
  }

  static Refusal conflict(Kind kind, String name, String why) {
    String message =
        "Operation cannot be fulfilled on " + kind.plural() + " \"" + name + "\": " + why;
    return refusal(detailed(409, "Conflict", message, kind.plural(), name));
  }

  static Refusal invalid(Kind kind, String name, List<Cause> causes) {
    List<String> texts =
        causes.stream().map(cause -> cause.field() + ": " + cause.message()).toList();
    String text = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    String message = kind.title() + " \"" + name + "\" is invalid: " + text;
    ObjectNode body = detailed(422, "Invalid", message, kind.title(), name);
    ArrayNode listed = ((ObjectNode) body.get("details")).putArray("causes");
    for (Cause cause : causes) {
      listed
          .addObject()
          .put("reason", cause.reason())
          .put("message", cause.message())
          .put("field", cause.field());
    }
    return refusal(body);
  }

  /** A patch that cannot be carried out. */
  static Refusal unprocessable(String why) {
    return refusal(
        failure(
            422,
            "Invalid",
            "the server rejected our request due to an error in our request: " + why));
  }

  static Refusal unsupportedMediaType(List<String> accepted) {
    return refusal(
        failure(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
                + String.join(", ", accepted)));
  }

  private static ObjectNode detailed(
      int code, String reason, String message, String kind, String name) {
    ObjectNode body = failure(code, reason, message);
    body.putObject("details").put("name", name).put("kind", kind);
    return body;
  }

  private static ObjectNode status(String outcome) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    return body.put("status", outcome);
  }

  private static Refusal refusal(ObjectNode body) {
    return new Refusal(
        body.path("message").asString(), Answer.json(body.path("code").asInt(), body));
  }
}

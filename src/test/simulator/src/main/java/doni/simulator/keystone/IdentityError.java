package doni.simulator.keystone;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The errors of the identity API. */
final class IdentityError {

  private IdentityError() {}

  static Answer of(int status, String message) {
    String title =
        switch (status) {
          case 400 -> "Bad Request";
          case 401 -> "Unauthorized";
          case 403 -> "Forbidden";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          default -> "Internal Server Error";
        };
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("error").put("code", status).put("message", message).put("title", title);
    return Answer.json(status, body);
  }

  static Refusal unauthorized() {
    return unauthorized("The request you have made requires authentication.");
  }

  static Refusal unauthorized(String message) {
    return refusal(401, message);
  }

  static Refusal badRequest(String message) {
    return refusal(400, message);
  }

  static Refusal forbidden(String action) {
    return refusal(403, "You are not authorized to perform the requested action: " + action + ".");
  }

  /** Without the id of a token, which is a secret. */
  static Refusal tokenNotFound() {
    return refusal(404, "Could not find token.");
  }

  static Refusal notFound(String what, String id) {
    return refusal(404, "Could not find " + what + ": " + id + ".");
  }

  private static Refusal refusal(int status, String message) {
    return new Refusal(message, of(status, message));
  }
}

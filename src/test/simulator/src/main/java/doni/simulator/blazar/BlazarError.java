package doni.simulator.blazar;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Blazar's errors, in the shapes that its layers give them. */
final class BlazarError {

  static final String UNCAUGHT = "Internal Server Error";

  private static final String NOT_FOUND =
      "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
  private static final String FAILURE =
      "The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private BlazarError() {}

  /** An error that the API knows. */
  static Refusal of(int status, String message) {
    return new Refusal(
        message, Answer.json(status, body(status, message).put("error_name", status)));
  }

  /** Returns the answer to any uncaught exception. */
  static Refusal uncaught() {
    ObjectNode body = body(500, UNCAUGHT).put("error_name", "INTERNAL_SERVER_ERROR");
    return new Refusal(UNCAUGHT, Answer.json(500, body));
  }

  /** A 400 that calls itself a 500. */
  static Refusal noData() {
    String message = "No data to update";
    ObjectNode body = body(400, message).put("error_name", "INTERNAL_SERVER_ERROR");
    return new Refusal(message, Answer.json(400, body));
  }

  /**
   * Returns the framework's answer to an unknown path, a wrong method, or a body that is not JSON.
   */
  static Answer routing(int status, String text) {
    return switch (status) {
      case 404 -> framework(404, NOT_FOUND);
      case 405 -> framework(405, "The method is not allowed for the requested URL.");
      // The framework reports a body that is not JSON as its own failure.
      case 400 -> framework(500, FAILURE);
      default -> framework(status, text);
    };
  }

  private static Answer framework(int status, String text) {
    return Answer.json(status, NODES.objectNode().put("error", status).put("error_message", text));
  }

  static Refusal unauthorized() {
    ObjectNode body = NODES.objectNode();
    body.putObject("error")
        .put("code", 401)
        .put("title", "Unauthorized")
        .put("message", "The request you have made requires authentication.");
    return new Refusal(
        "Unauthorized",
        Answer.json(401, body, Map.of("WWW-Authenticate", "Keystone uri=\"http://keystone\"")));
  }

  private static ObjectNode body(int status, String message) {
    return NODES.objectNode().put("error_code", status).put("error_message", message);
  }
}

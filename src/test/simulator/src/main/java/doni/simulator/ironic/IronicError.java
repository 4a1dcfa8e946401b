package doni.simulator.ironic;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The errors of the API, in their three shapes. */
final class IronicError {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private IronicError() {}

  /** Of the API's own checks and of the conductor. */
  static Refusal client(int status, String text) {
    return refusal(status, "Client", text);
  }

  static Refusal server(int status, String text) {
    return refusal(status, "Server", text);
  }

  private static Refusal refusal(int status, String code, String text) {
    ObjectNode inner = NODES.objectNode().put("faultcode", code).put("faultstring", text);
    inner.putNull("debuginfo");
    return new Refusal(text, wrapped(status, inner));
  }

  /** Of the routing: what does not know the path, the method or the version. */
  static Answer routing(int status, String description) {
    String title =
        switch (status) {
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          case 406 -> "Not Acceptable";
          case 400 -> "Bad Request";
          default -> "Internal Server Error";
        };
    return wrapped(
        status,
        NODES.objectNode().put("code", status).put("title", title).put("description", description));
  }

  private static Answer wrapped(int status, ObjectNode inner) {
    return Answer.json(status, NODES.objectNode().put("error_message", inner.toString()));
  }

  /** Of the middleware that checks tokens. */
  static Refusal unauthorized() {
    ObjectNode body = NODES.objectNode();
    body.putObject("error")
        .put("code", 401)
        .put("title", "Unauthorized")
        .put("message", "The request you have made requires authentication.");
    return new Refusal(
        "unauthorized",
        Answer.json(
            401, body, Map.of("WWW-Authenticate", "Keystone uri=\"http://keystone:5000/v3\"")));
  }

  static Refusal forbidden(String rule) {
    return client(403, "Access was denied to the following resource: baremetal:" + rule);
  }

  static Refusal nodeNotFound(String node) {
    return client(404, "Node " + node + " could not be found.");
  }

  static Refusal portNotFound(String port) {
    return client(404, "Port " + port + " could not be found.");
  }

  static Refusal locked(String node, String host) {
    return client(
        409,
        "Node %s is locked by host %s, please retry after the current operation is completed."
            .formatted(node, host));
  }
}

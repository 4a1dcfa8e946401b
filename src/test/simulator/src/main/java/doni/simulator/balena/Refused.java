package doni.simulator.balena;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;

/** The errors of the API. Their body is a JSON string, plain text, or empty. */
final class Refused {

  private Refused() {}

  static Refusal empty(int status) {
    return new Refusal("empty", Answer.empty(status));
  }

  static Refusal text(int status, String text) {
    return new Refusal(text, Answer.json(status, JsonNodeFactory.instance.stringNode(text)));
  }

  static Refusal plain(int status, String text) {
    return new Refusal(text, new Answer.Full(status, Map.of(), "text/html; charset=utf-8", text));
  }
}

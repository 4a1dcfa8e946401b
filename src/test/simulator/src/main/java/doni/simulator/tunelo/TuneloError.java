package doni.simulator.tunelo;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;

/** Tunelo's errors: JSON of its own, HTML of its web framework. */
final class TuneloError {

  private TuneloError() {}

  static Refusal refusal(int status, String text) {
    return new Refusal(
        text, Answer.json(status, JsonNodeFactory.instance.objectNode().put("error", text)));
  }

  static Refusal notFound(String uuid) {
    return refusal(404, "Channel " + uuid + " not found.");
  }

  static Refusal unknown() {
    return refusal(500, "An unknown error occurred.");
  }

  static Refusal badRequest() {
    return new Refusal("Bad Request", html(400, ""));
  }

  static Answer html(int status, String ignored) {
    String title =
        switch (status) {
          case 400 -> "Bad Request";
          case 404 -> "Not Found";
          case 405 -> "Method Not Allowed";
          default -> "Internal Server Error";
        };
    String text =
        switch (status) {
          case 400 ->
              "The browser (or proxy) sent a request that this server could not understand.";
          case 404 ->
              "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
          case 405 -> "The method is not allowed for the requested URL.";
          default -> "The server encountered an internal error. " + ignored;
        };
    String body =
        "<!doctype html>\n<html lang=en>\n<title>%d %s</title>\n<h1>%s</h1>\n<p>%s</p>\n"
            .formatted(status, title, title, text);
    return new Answer.Full(status, Map.of(), "text/html; charset=utf-8", body);
  }
}

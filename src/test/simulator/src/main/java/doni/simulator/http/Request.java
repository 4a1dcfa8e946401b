package doni.simulator.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One request to a simulated API.
 *
 * @param path decoded, without the query
 * @param rawQuery as sent, empty when there is none
 * @param headers by lower-case name; of a repeated header the first
 * @param variables what the route's {@code {name}} parts matched
 */
public record Request(
    String method,
    String path,
    String rawQuery,
    Map<String, String> headers,
    String body,
    Map<String, String> variables) {

  public Request {
    headers = Map.copyOf(headers);
    variables = Map.copyOf(variables);
  }

  Request with(Map<String, String> found) {
    return new Request(method, path, rawQuery, headers, body, found);
  }

  /** A header, by its lower-case name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The token or API key that came with it; empty when there is none. */
  public String credential() {
    return header("x-auth-token")
        .or(() -> header("authorization"))
        .orElse("")
        .replaceFirst("^Bearer ", "");
  }

  /** The content type without its parameters; empty when there is none. */
  public String mediaType() {
    return header("content-type").orElse("").split(";", 2)[0].strip();
  }

  /** What the route's part {@code {name}} matched; empty when the route has no such part. */
  public String variable(String name) {
    return variables.getOrDefault(name, "");
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable(query().get(name));
  }

  /** All query parameters, decoded; of a repeated one the last. */
  public Map<String, String> query() {
    Map<String, String> found = new LinkedHashMap<>();
    Arrays.stream(rawQuery.split("&", -1))
        .filter(part -> !part.isEmpty())
        .map(part -> part.split("=", 2))
        .forEach(pair -> found.put(decoded(pair[0]), pair.length == 2 ? decoded(pair[1]) : ""));
    return found;
  }

  /**
   * The body as JSON.
   *
   * @throws JacksonException when it is none, which the API answers in its own way
   */
  public JsonNode json() {
    return Answer.Json.MAPPER.readTree(body);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}

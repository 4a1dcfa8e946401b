package doni.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Client of the service's REST API, for commands. */
final class ServiceApiClient implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** Longer than a plan, which reads backends for at most 20 s. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final URI service;
  private final String token;

  ServiceApiClient(URI service, String token) {
    this.service = service;
    this.token = token;
  }

  /** Encodes a name as a path segment. */
  static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonNode get(String path) {
    return send(request(path).GET());
  }

  JsonNode post(String path, String json) {
    return send(path, "application/json", json);
  }

  JsonNode send(String path, String contentType, String body) {
    return send(
        request(path).header("Content-Type", contentType).POST(BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(service + path))
        .timeout(ANSWER)
        .headers("X-Auth-Token", token, "Accept", "application/json");
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      return read(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new CommandFailedException(
          service + " does not answer (" + e.getClass().getSimpleName() + ")", true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", false);
    }
  }

  private JsonNode read(HttpResponse<String> response) {
    JsonNode body;
    try {
      body = JsonMapper.shared().readTree(response.body());
    } catch (JacksonException e) {
      throw new CommandFailedException(
          "%s answered %d without JSON; check --url".formatted(service, response.statusCode()),
          response.statusCode() >= 500);
    }
    if (response.statusCode() >= 300) {
      throw new CommandFailedException(
          "%s answered %d: %s"
              .formatted(
                  service,
                  response.statusCode(),
                  TerminalText.line(body.path("error").asString("without a reason"))),
          response.statusCode() >= 500,
          response.statusCode());
    }
    return body;
  }

  @Override
  public void close() {
    http.close();
  }
}

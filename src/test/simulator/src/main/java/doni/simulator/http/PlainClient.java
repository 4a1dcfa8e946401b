package doni.simulator.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Talks JSON to an API without a client library in between. Every call takes at most 10 s. */
public final class PlainClient implements AutoCloseable {

  private final HttpClient http;
  private final URI base;
  private final Map<String, String> headers;

  /** A client that sends {@code headers} with every request. */
  public PlainClient(URI base, Map<String, String> headers) {
    this(base, headers, HttpClient.newBuilder());
  }

  /** A client of an API with TLS, that trusts its authority alone. */
  public PlainClient(URI base, Map<String, String> headers, CertificateAuthority authority) {
    this(base, headers, HttpClient.newBuilder().sslContext(authority.client()));
  }

  private PlainClient(URI base, Map<String, String> headers, HttpClient.Builder http) {
    this.http = http.version(HttpClient.Version.HTTP_1_1).build();
    this.base = base;
    this.headers = Map.copyOf(headers);
  }

  /** What came back; the body is missing when it was empty. */
  public record Reply(int status, JsonNode body, Map<String, String> headers) {

    /** A text in the body, at a JSON pointer. */
    public String text(String pointer) {
      return body.at(pointer).asString("");
    }
  }

  public Reply get(String path) throws IOException, InterruptedException {
    return send("GET", path, "application/json", "");
  }

  public Reply post(String path, String json) throws IOException, InterruptedException {
    return send("POST", path, "application/json", json);
  }

  /** Sends more headers than those of every request. */
  public Reply post(String path, String json, Map<String, String> more)
      throws IOException, InterruptedException {
    return send("POST", path, "application/json", json, more);
  }

  public Reply put(String path, String json) throws IOException, InterruptedException {
    return send("PUT", path, "application/json", json);
  }

  public Reply delete(String path) throws IOException, InterruptedException {
    return send("DELETE", path, "application/json", "");
  }

  public Reply patch(String path, String contentType, String patch)
      throws IOException, InterruptedException {
    return send("PATCH", path, contentType, patch);
  }

  /** The lines of an answer as they come; to be closed. */
  public Stream<JsonNode> lines(String path) throws IOException, InterruptedException {
    HttpRequest request = request(path).build();
    return http.send(request, BodyHandlers.ofLines()).body().map(Answer.Json.MAPPER::readTree);
  }

  public Reply send(String method, String path, String contentType, String body)
      throws IOException, InterruptedException {
    return send(method, path, contentType, body, Map.of());
  }

  private Reply send(
      String method, String path, String contentType, String body, Map<String, String> more)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", contentType)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    more.forEach(request::header);
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    Map<String, String> received =
        response.headers().map().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().getFirst()));
    return new Reply(response.statusCode(), Answer.Json.MAPPER.readTree(response.body()), received);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(10));
    headers.forEach(request::header);
    return request;
  }
}

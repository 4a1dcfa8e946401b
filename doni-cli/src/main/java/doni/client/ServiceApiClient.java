package doni.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Client of the service's REST API. It turns every failure into a {@link CommandFailedException}
 * with the next step.
 */
public final class ServiceApiClient {

  /** Longer than a plan, which reads backends for at most 20 s. */
  private static final int ANSWER_MILLIS = 60_000;

  /** Longer than the pause between two comments that keep a stream open. */
  private static final int STREAM_MILLIS = 90_000;

  private static final String JSON = "application/json";

  private final URI service;
  private final String token;
  private final TlsTrust trust;

  /**
   * Creates a client.
   *
   * @param token empty for operations that need none
   */
  ServiceApiClient(URI service, String token, TlsTrust trust) {
    this.service = service;
    this.token = token;
    this.trust = trust;
  }

  public URI service() {
    return service;
  }

  /** Encodes a name as a path segment or a query value. */
  public static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public JsonValue get(String path) {
    return call("GET", path, Map.of(), null);
  }

  public JsonValue post(String path, String json) {
    return send(path, JSON, json);
  }

  public JsonValue send(String path, String contentType, String body) {
    return call("POST", path, Map.of("Content-Type", contentType), body);
  }

  /**
   * Calls an operation.
   *
   * @param body null for a request without a body
   * @return the body of the response; null for an empty one
   */
  public JsonValue call(
      String method, String path, Map<String, String> headers, @Nullable String body) {
    String text = text(method, path, headers, body);
    try {
      return JsonValue.parse(text);
    } catch (JacksonException e) {
      throw new CommandFailedException(service + " answered 200 without JSON; check --url", false);
    }
  }

  /** Calls an operation and returns its body as it is. */
  public String text(
      String method, String path, Map<String, String> headers, @Nullable String body) {
    try (HttpExchange exchange = exchange(method, path, headers, body, ANSWER_MILLIS);
        InputStream content = exchange.body()) {
      String text = new String(content.readAllBytes(), StandardCharsets.UTF_8);
      if (exchange.status() >= 300) {
        throw refused(exchange.status(), text);
      }
      return text;
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Reads a stream of server-sent events until it ends.
   *
   * @param after the id of the last event that was received; empty to begin now
   * @param events receives the id and the data of each event
   */
  public void stream(String path, String after, BiConsumer<String, JsonValue> events) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "text/event-stream");
    if (!after.isEmpty()) {
      headers.put("Last-Event-ID", after);
    }
    try (HttpExchange exchange = exchange("GET", path, headers, null, STREAM_MILLIS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(exchange.body(), StandardCharsets.UTF_8))) {
      if (exchange.status() >= 300) {
        StringBuilder text = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          text.append(line);
        }
        throw refused(exchange.status(), text.toString());
      }
      read(lines, events);
    } catch (IOException e) {
      throw unavailable(e);
    } catch (JacksonException e) {
      throw new CommandFailedException(service + " sent an event that is not JSON", false);
    }
  }

  private static void read(BufferedReader lines, BiConsumer<String, JsonValue> events)
      throws IOException {
    String id = "";
    StringBuilder data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          events.accept(id, JsonValue.parse(data.toString()));
        }
        data.setLength(0);
      } else if (line.startsWith("id:")) {
        id = line.substring(3).strip();
      } else if (line.startsWith("data:")) {
        data.append(line, 5, line.length());
      }
    }
  }

  private HttpExchange exchange(
      String method, String path, Map<String, String> more, @Nullable String body, int silence)
      throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", JSON);
    headers.put("User-Agent", "doni-cli");
    if (!token.isEmpty()) {
      headers.put("X-Auth-Token", token);
    }
    headers.putAll(more);
    try {
      return HttpExchange.send(trust, method, new URI(service + path), headers, body, silence);
    } catch (URISyntaxException e) {
      throw new CommandFailedException(
          "'" + TerminalText.line(path) + "' is not a path of the API", false);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(TerminalText.line(String.valueOf(e.getMessage())), false);
    }
  }

  private CommandFailedException unavailable(IOException e) {
    if (e instanceof SSLException) {
      return TlsTrust.refused(service, e);
    }
    return new CommandFailedException(
        "%s does not answer (%s); check --url or DONI_URL, and that the service runs"
            .formatted(service, e.getClass().getSimpleName()),
        true);
  }

  private CommandFailedException refused(int status, String text) {
    String reason;
    try {
      reason = JsonValue.parse(text).path("error").line();
      reason = reason.isEmpty() ? "without a reason" : reason;
    } catch (JacksonException e) {
      return new CommandFailedException(
          "%s answered %d without JSON; check --url".formatted(service, status), status >= 500);
    }
    return new CommandFailedException(
        "%s answered %d: %s"
            .formatted(
                service, status, CommandFailedException.withNextStep(reason, nextStep(status))),
        status >= 500,
        status);
  }

  private static String nextStep(int status) {
    return switch (status) {
      case 400, 413, 415 -> "correct the arguments, 'doni COMMAND --help' lists them";
      case 401 -> "run 'doni login', or set OS_TOKEN to a new token";
      case 403 -> "use a token with another role or project, or ask an operator";
      case 404 -> "'doni get' lists the devices of the project";
      case 409 -> "'doni describe NAME' shows the present state";
      case 412 -> "read the device again and repeat the command";
      default -> status >= 500 ? "repeat the command later, 'doni status' shows when" : "";
    };
  }
}

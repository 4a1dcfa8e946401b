package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.BackendException.Kind;
import doni.backend.BackendGuard;
import doni.backend.RetryAfterHeader;
import doni.enrollment.Secret;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * Makes single calls to the Balena API, each of them once.
 *
 * <p>By itself, OkHttp repeats a call after a broken connection and after {@code 503} with {@code
 * Retry-After: 0}, and follows a redirect with a GET. All of this is switched off.
 */
final class BalenaApi {

  static final String SERVICE = "balena";

  /** The server closes connections that were idle for 5 s. */
  private static final Duration MAX_IDLE = Duration.ofSeconds(4);

  private static final int MAX_ERROR_TEXT = 300;
  private static final MediaType JSON = MediaType.get("application/json");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final OkHttpClient client;
  private final BalenaProperties properties;
  private final BackendGuard guard;
  private final Clock clock;

  BalenaApi(BalenaProperties properties, BackendGuard guard, Clock clock) {
    this.properties = properties;
    this.guard = guard;
    this.clock = clock;
    this.client =
        new OkHttpClient.Builder()
            .connectTimeout(properties.connectTimeout())
            .readTimeout(properties.readTimeout())
            .writeTimeout(properties.readTimeout())
            .callTimeout(properties.connectTimeout().plus(properties.readTimeout().multipliedBy(2)))
            .connectionPool(new ConnectionPool(10, MAX_IDLE.toSeconds(), TimeUnit.SECONDS))
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .addNetworkInterceptor(chain -> sentOnce(chain.proceed(chain.request())))
            .build();
  }

  /**
   * JSON in the answer to a call: the whole body, or a part of it.
   *
   * @param json a missing node where the body is empty
   * @param call method and path
   */
  record AnsweredJson(JsonNode json, int status, String call) {

    /** Returns the text that the whole answer is. */
    String asText(String what) {
      if (!json.isString()) {
        throw lacks(what);
      }
      return json.asString();
    }

    String text(String field) {
      return part(json.path(field)).asText(field);
    }

    long id(String field) {
      JsonNode value = json.path(field);
      if (!value.isIntegralNumber()) {
        throw lacks(field);
      }
      return value.asLong();
    }

    /** Returns the elements of an array. */
    List<AnsweredJson> rows(String field) {
      JsonNode rows = json.path(field);
      if (!rows.isArray()) {
        throw lacks(field);
      }
      return rows.valueStream().map(this::part).toList();
    }

    /** Returns the row that an expanded link leads to. */
    AnsweredJson linked(String link) {
      List<AnsweredJson> rows = rows(link);
      if (rows.isEmpty()) {
        throw lacks(link);
      }
      return rows.getFirst();
    }

    BackendException lacks(String what) {
      return answered(call, status, "the response lacks " + what, null);
    }

    private AnsweredJson part(JsonNode node) {
      return new AnsweredJson(node, status, call);
    }
  }

  AnsweredJson get(String path) {
    return send("GET", path, null);
  }

  AnsweredJson post(String path, Map<String, ?> body) {
    return send("POST", path, body);
  }

  void patch(ODataRows.RowPath row, Map<String, ?> body) {
    send("PATCH", row.path(), body);
  }

  void delete(ODataRows.RowPath row) {
    send("DELETE", row.path(), null);
  }

  private AnsweredJson send(String method, String path, @Nullable Map<String, ?> body) {
    return guard.call(method, () -> exchange(method, path, body));
  }

  private AnsweredJson exchange(String method, String path, @Nullable Map<String, ?> body) {
    String call = call(method, path, body);
    Request request =
        new Request.Builder()
            // Unlike OkHttp's URL builder, this leaves characters as Balena needs them.
            .url(HttpUrl.get(properties.apiEndpoint() + path))
            .header("Authorization", "Bearer " + properties.apiToken())
            .method(method, body == null ? null : content(body))
            .build();
    try (Response response = client.newCall(request).execute()) {
      String text = response.body().string();
      if (!response.isSuccessful()) {
        throw answered(
            call,
            response.code(),
            errorText(text, body),
            RetryAfterHeader.read(response.header("Retry-After"), clock.instant()));
      }
      return new AnsweredJson(json(text, response.code(), call), response.code(), call);
    } catch (InterruptedIOException e) {
      throw Thread.currentThread().isInterrupted()
          ? interrupted(call)
          : unanswered(Kind.TIMEOUT, "no response in time (" + reason(e) + ")", call, e);
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? interrupted(call)
          : unanswered(Kind.CONNECTION, reason(e), call, e);
    }
  }

  /** A proxy may answer 200 with a page of its own; Balena has not seen the call then. */
  private static JsonNode json(String text, int status, String call) {
    try {
      return text.isBlank() ? MissingNode.getInstance() : MAPPER.readTree(text);
    } catch (JacksonException _) {
      // The text of the exception quotes the response, which may hold a secret.
      throw answered(call, status, "the body is not JSON", null);
    }
  }

  private static RequestBody content(Map<String, ?> body) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    body.forEach(
        (name, value) -> plain.put(name, value instanceof Secret secret ? secret.value() : value));
    return RequestBody.create(MAPPER.writeValueAsBytes(plain), JSON);
  }

  /** Balena has no error object: the body is a JSON string, plain text, an HTML page, or empty. */
  private String errorText(String body, @Nullable Map<String, ?> request) {
    String text = body.strip();
    if (text.isEmpty()) {
      return "empty response";
    }
    if (text.startsWith("<")) {
      return "an HTML page";
    }
    // Masked before it is cut: the start of a secret would not be recognized.
    String masked = masked(message(text), request);
    return masked.length() <= MAX_ERROR_TEXT ? masked : masked.substring(0, MAX_ERROR_TEXT) + "...";
  }

  private static String message(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      return json.isString() ? json.asString() : json.path("error").asString(text);
    } catch (JacksonException _) {
      return text;
    }
  }

  private String masked(String text, @Nullable Map<String, ?> request) {
    String masked = new Secret(properties.apiToken()).maskedIn(text);
    if (request != null) {
      for (Object value : request.values()) {
        if (value instanceof Secret secret) {
          masked = secret.maskedIn(masked);
        }
      }
    }
    return masked;
  }

  private static Response sentOnce(Response response) {
    return response.code() == 503 && "0".equals(response.header("Retry-After"))
        ? response.newBuilder().removeHeader("Retry-After").build()
        : response;
  }

  /** Names the call for messages: without the query, and with the name of a variable or a tag. */
  private static String call(String method, String path, @Nullable Map<String, ?> body) {
    Object name = body == null ? null : body.get("name");
    return method + " " + path.replaceFirst("\\?.*", "") + (name == null ? "" : " " + name);
  }

  private static BackendException answered(
      String call, int status, String text, @Nullable Duration retryAfter) {
    return BackendException.answered(
        SERVICE, status, BackendException.withCall(text, call), isWrite(call), retryAfter);
  }

  private static BackendException interrupted(String call) {
    return unanswered(
        Kind.CONNECTION, "interrupted", call, new InterruptedException("interrupted"));
  }

  private static BackendException unanswered(Kind kind, String text, String call, Throwable cause) {
    return BackendException.unanswered(
        SERVICE, kind, BackendException.withCall(text, call), isWrite(call), cause);
  }

  private static boolean isWrite(String call) {
    return !call.startsWith("GET ");
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}

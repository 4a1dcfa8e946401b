package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.BackendException.Kind;
import doni.backend.BackendGuard;
import doni.enrollment.Secret;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
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
 * Single calls to the Balena API: each is sent once, as it stands.
 *
 * <p>OkHttp would repeat a call by itself after a broken connection and after {@code 503} with
 * {@code Retry-After: 0}, and would follow a redirection with a GET; all of it is switched off.
 */
final class BalenaApi {

  static final String SERVICE = "balena";

  /** The server closes connections that were idle for 5 s. */
  private static final Duration IDLE = Duration.ofSeconds(4);

  private static final MediaType JSON = MediaType.get("application/json");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final OkHttpClient client;
  private final BalenaProperties properties;
  private final BackendGuard remote;

  BalenaApi(BalenaProperties properties, BackendGuard remote) {
    this.properties = properties;
    this.remote = remote;
    this.client =
        new OkHttpClient.Builder()
            .connectTimeout(properties.connectTimeout())
            .readTimeout(properties.readTimeout())
            .writeTimeout(properties.readTimeout())
            .callTimeout(properties.connectTimeout().plus(properties.readTimeout().multipliedBy(2)))
            .connectionPool(new ConnectionPool(10, IDLE.toSeconds(), TimeUnit.SECONDS))
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .addNetworkInterceptor(chain -> sentOnce(chain.proceed(chain.request())))
            .build();
  }

  String endpoint() {
    return properties.apiEndpoint();
  }

  JsonNode get(String path) {
    return send("GET", path, null);
  }

  JsonNode post(String path, Map<String, ?> body) {
    return send("POST", path, body);
  }

  void patch(OData.Row row, Map<String, ?> body) {
    send("PATCH", row.path(), body);
  }

  void delete(OData.Row row) {
    send("DELETE", row.path(), null);
  }

  private JsonNode send(String method, String path, @Nullable Map<String, ?> body) {
    return remote.call(method, () -> exchange(method, path, body));
  }

  /** The answer as JSON, a missing node where it has no body. */
  private JsonNode exchange(String method, String path, @Nullable Map<String, ?> body) {
    boolean write = !method.equals("GET");
    Request request =
        new Request.Builder()
            // Only this leaves the signs alone that Balena wants as they are.
            .url(HttpUrl.get(properties.apiEndpoint() + path))
            .header("Authorization", "Bearer " + properties.apiToken())
            .method(method, body == null ? null : content(body))
            .build();
    try (Response response = client.newCall(request).execute()) {
      String text = response.body().string();
      if (!response.isSuccessful()) {
        throw BackendException.answered(
            SERVICE,
            response.code(),
            ErrorText.of(text, words -> masked(words, body)),
            write,
            retryAfter(response.header("Retry-After")));
      }
      return text.isBlank() ? MissingNode.getInstance() : MAPPER.readTree(text);
    } catch (JacksonException _) {
      // Its own text would quote the answer, which may hold a secret.
      throw unanswered(Kind.CONNECTION, "the response is not JSON", write, null);
    } catch (InterruptedIOException e) {
      throw Thread.currentThread().isInterrupted()
          ? interrupted(write)
          : unanswered(Kind.TIMEOUT, "no response in time (" + reason(e) + ")", write, e);
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? interrupted(write)
          : unanswered(Kind.CONNECTION, reason(e), write, e);
    }
  }

  /** For an answer that lacks what it must hold. */
  static BackendException incomprehensible(String what, boolean write) {
    return unanswered(Kind.CONNECTION, "the response lacks " + what, write, null);
  }

  private static RequestBody content(Map<String, ?> body) {
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    body.forEach(
        (name, value) -> plain.put(name, value instanceof Secret secret ? secret.value() : value));
    return RequestBody.create(MAPPER.writeValueAsBytes(plain), JSON);
  }

  private String masked(String text, @Nullable Map<String, ?> body) {
    String masked = new Secret(properties.apiToken()).maskedIn(text);
    if (body != null) {
      for (Object value : body.values()) {
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

  /** Whole seconds; the server never gives a date. */
  private static @Nullable Duration retryAfter(@Nullable String header) {
    return header != null && header.matches("\\d{1,9}")
        ? Duration.ofSeconds(Long.parseLong(header))
        : null;
  }

  private static BackendException interrupted(boolean write) {
    return unanswered(
        Kind.CONNECTION, "interrupted", write, new InterruptedException("interrupted"));
  }

  private static BackendException unanswered(
      Kind kind, String text, boolean write, @Nullable Throwable cause) {
    return BackendException.unanswered(SERVICE, kind, text, write, cause);
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}

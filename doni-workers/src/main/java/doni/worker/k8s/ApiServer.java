package doni.worker.k8s;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Single calls to the API server.
 *
 * <p>Made below fabric8's typed calls, which read an object before they patch it and do not tell
 * what the server says about when to come back.
 */
final class ApiServer {

  static final String SERVICE = "kubernetes";

  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";

  /** More than anybody is shown: what is secret in a text is masked before it is cut off there. */
  private static final int LONGEST_TEXT = 10_000;

  private final KubernetesClient client;
  private final Duration timeout;

  /**
   * @param timeout for a whole call, from connecting to the last byte
   */
  ApiServer(KubernetesClient client, Duration timeout) {
    this.client = client;
    this.timeout = timeout;
  }

  <T> Optional<T> get(String path, Class<T> type) {
    Answer answer = send("GET", path, null, JSON);
    if (answer.status() == 404) {
      return Optional.empty();
    }
    if (!answer.isSuccess()) {
      throw refused(answer, false);
    }
    return Optional.of(client.getKubernetesSerialization().unmarshal(answer.body(), type));
  }

  /** Where it is. */
  String address() {
    return client.getMasterUrl().toString();
  }

  /** A question that is put with a POST, and changes nothing. */
  <T> T ask(String path, Object question, Class<T> type) {
    Answer answer = send("POST", path, question, JSON);
    if (!answer.isSuccess()) {
      throw refused(answer, false);
    }
    return client.getKubernetesSerialization().unmarshal(answer.body(), type);
  }

  Written post(String path, Object body) {
    return write(send("POST", path, body, JSON));
  }

  Written mergePatch(String path, Object body) {
    return write(send("PATCH", path, body, MERGE_PATCH));
  }

  Written delete(String path, @Nullable Object options) {
    return write(send("DELETE", path, options, JSON));
  }

  private Written write(Answer answer) {
    return switch (answer.status()) {
      case 404 -> Written.ABSENT;
      case 409 -> Written.CONFLICT;
      default -> {
        if (!answer.isSuccess()) {
          throw refused(answer, true);
        }
        yield Written.DONE;
      }
    };
  }

  private record Answer(int status, String body, @Nullable String retryAfter) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  private Answer send(String method, String path, @Nullable Object body, String contentType) {
    boolean write = !method.equals("GET");
    HttpRequest.Builder request =
        client
            .getHttpClient()
            .newHttpRequestBuilder()
            .uri(client.getMasterUrl() + path)
            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .header("Accept", JSON);
    String text = body == null ? null : client.getKubernetesSerialization().asJson(body);
    request.method(method, contentType, text);
    CompletableFuture<HttpResponse<byte[]>> call =
        client.getHttpClient().sendAsync(request.build(), byte[].class);
    try {
      HttpResponse<byte[]> response = call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      byte[] bytes = response.body();
      return new Answer(
          response.code(),
          bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8),
          response.header("Retry-After"));
    } catch (ExecutionException e) {
      throw unanswered(e.getCause() == null ? e : e.getCause(), write);
    } catch (TimeoutException e) {
      call.cancel(true);
      throw unanswered(e, write);
    } catch (InterruptedException e) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      throw unanswered(e, write);
    }
  }

  private BackendException unanswered(Throwable cause, boolean write) {
    boolean late = cause instanceof TimeoutException || cause instanceof HttpTimeoutException;
    return BackendException.unanswered(
        SERVICE,
        late ? BackendException.Kind.TIMEOUT : BackendException.Kind.CONNECTION,
        late ? "no response within " + timeout.toMillis() + " ms" : reason(cause),
        write,
        cause);
  }

  private static String reason(Throwable cause) {
    return cause instanceof IOException && cause.getMessage() != null
        ? cause.getMessage()
        : cause.getClass().getSimpleName();
  }

  private BackendException refused(Answer answer, boolean write) {
    Status status = status(answer.body());
    String text =
        status == null || status.getMessage() == null
            ? answer.body().substring(0, Math.min(answer.body().length(), LONGEST_TEXT)).strip()
            : status.getMessage() + causes(status);
    return BackendException.answered(
        SERVICE, answer.status(), withoutToken(text), write, retryAfter(answer, status));
  }

  /** The token by which we are known here, in a text that quotes a request's headers. */
  private String withoutToken(String text) {
    return Stream.of(
            client.getConfiguration().getOauthToken(),
            client.getConfiguration().getAutoOAuthToken())
        .filter(token -> token != null && !token.isEmpty())
        .reduce(text, (masked, token) -> new Secret(token).maskedIn(masked));
  }

  private @Nullable Status status(String body) {
    try {
      return body.startsWith("{")
          ? client.getKubernetesSerialization().unmarshal(body, Status.class)
          : null;
    } catch (RuntimeException _) {
      // A proxy in between may answer with JSON of its own.
      return null;
    }
  }

  /** The fields that are wrong, as far as the message does not name them itself. */
  private static String causes(Status status) {
    List<StatusCause> causes =
        status.getDetails() == null || status.getDetails().getCauses() == null
            ? List.of()
            : status.getDetails().getCauses();
    List<String> fields =
        causes.stream()
            .map(cause -> cause.getField())
            .filter(field -> field != null && !status.getMessage().contains(field))
            .distinct()
            .toList();
    return fields.isEmpty() ? "" : " (" + String.join(", ", fields) + ")";
  }

  private static @Nullable Duration retryAfter(Answer answer, @Nullable Status status) {
    String header = answer.retryAfter();
    // The API server gives seconds, never a date.
    if (header != null && header.matches("\\d{1,6}")) {
      return Duration.ofSeconds(Long.parseLong(header));
    }
    Integer seconds =
        status == null || status.getDetails() == null
            ? null
            : status.getDetails().getRetryAfterSeconds();
    return seconds == null || seconds <= 0 ? null : Duration.ofSeconds(seconds);
  }
}

package doni.worker.k8s;

import doni.backend.BackendException;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes single calls to the API server.
 *
 * <p>It uses the HTTP client below fabric8's typed calls, because these read an object before they
 * patch it and do not show {@code Retry-After}.
 */
final class ApiServer {

  static final String SERVICE = "kubernetes";

  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";

  /** Longer than any message: secrets are masked before a text is cut to its final length. */
  private static final int LONGEST_TEXT = 10_000;

  private final KubernetesClient client;
  private final CallerHeaders caller;
  private final Duration timeout;

  /**
   * @param caller whose secrets are masked in what the server says
   * @param timeout of a whole call, from connecting to the last byte
   */
  ApiServer(KubernetesClient client, CallerHeaders caller, Duration timeout) {
    this.client = client;
    this.caller = caller;
    this.timeout = timeout;
  }

  <T> Optional<T> get(String path, Class<T> type) {
    Answer answer = send("GET", path, null, JSON);
    if (answer.status() == 404) {
      return Optional.empty();
    }
    return Optional.of(read(answer, type));
  }

  /** Returns the server's URL. */
  String address() {
    return client.getMasterUrl().toString();
  }

  /** Makes a POST that changes nothing. */
  <T> T ask(String path, Object question, Class<T> type) {
    return read(send("POST", path, question, JSON), type);
  }

  K8sWriteResult post(String path, Object body) {
    return write(send("POST", path, body, JSON));
  }

  K8sWriteResult mergePatch(String path, Object body) {
    return write(send("PATCH", path, body, MERGE_PATCH));
  }

  K8sWriteResult delete(String path, @Nullable Object options) {
    return write(send("DELETE", path, options, JSON));
  }

  private K8sWriteResult write(Answer answer) {
    return switch (answer.status()) {
      case 404 -> K8sWriteResult.ABSENT;
      case 409 -> K8sWriteResult.CONFLICT;
      default -> {
        requireSuccess(answer, true);
        yield K8sWriteResult.DONE;
      }
    };
  }

  private <T> T read(Answer answer, Class<T> type) {
    requireSuccess(answer, false);
    try {
      return client.getKubernetesSerialization().unmarshal(answer.body(), type);
    } catch (RuntimeException _) {
      throw notUnderstood(answer, false);
    }
  }

  /** A proxy may answer 200 with a page of its own; the API server has not seen the call then. */
  private void requireSuccess(Answer answer, boolean write) {
    if (!answer.isSuccess()) {
      throw refused(answer, write);
    }
    if (!answer.body().startsWith("{")) {
      throw notUnderstood(answer, write);
    }
  }

  private static BackendException notUnderstood(Answer answer, boolean write) {
    return BackendException.answered(
        SERVICE,
        answer.status(),
        with(answer.call(), "the body is not the JSON of an object"),
        write,
        null);
  }

  /**
   * @param call method and object, for messages
   */
  private record Answer(String call, int status, String body, @Nullable String retryAfter) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  private Answer send(String method, String path, @Nullable Object body, String contentType) {
    boolean write = !method.equals("GET");
    String named = named(method, path);
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
          named,
          response.code(),
          bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8),
          response.header("Retry-After"));
    } catch (ExecutionException e) {
      throw unanswered(named, e.getCause() == null ? e : e.getCause(), write);
    } catch (TimeoutException e) {
      call.cancel(true);
      throw unanswered(named, e, write);
    } catch (InterruptedException e) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      throw unanswered(named, e, write);
    }
  }

  /** Returns method and object of a call, for example {@code PATCH nodes/pi-1}. */
  private static String named(String method, String path) {
    List<String> parts = List.of(path.replaceFirst("\\?.*", "").split("/", -1));
    boolean list = parts.size() < 2 || parts.getLast().matches("secrets|selfsubjectaccessreviews");
    return method
        + ' '
        + (list ? parts.getLast() : parts.get(parts.size() - 2) + '/' + parts.getLast());
  }

  /** Adds the call where the text does not name its object. */
  private static String with(String call, String text) {
    String object = call.replaceFirst(".*[ /]", "");
    return text.contains(object) ? text : BackendException.withCall(text, call);
  }

  private BackendException unanswered(String call, Throwable cause, boolean write) {
    boolean late = cause instanceof TimeoutException || cause instanceof HttpTimeoutException;
    return BackendException.unanswered(
        SERVICE,
        late ? BackendException.Kind.TIMEOUT : BackendException.Kind.CONNECTION,
        with(call, late ? "no response within " + timeout.toMillis() + " ms" : reason(cause)),
        write,
        cause);
  }

  /** Returns the cause of a failed watch, without our own credentials. */
  String watchFailure(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return caller.masked(text.substring(0, Math.min(text.length(), LONGEST_TEXT)));
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
        SERVICE,
        answer.status(),
        with(answer.call(), caller.masked(text)),
        write,
        retryAfter(answer, status));
  }

  private @Nullable Status status(String body) {
    try {
      return body.startsWith("{")
          ? client.getKubernetesSerialization().unmarshal(body, Status.class)
          : null;
    } catch (RuntimeException _) {
      // A proxy may answer with JSON of its own.
      return null;
    }
  }

  /** Returns the invalid fields that the message does not name. */
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

package doni.openstack;

import doni.backend.BackendException;
import doni.backend.RetryAfterHeader;
import doni.enrollment.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** JSON over HTTP to one service: a {@link ServiceRequest} becomes an {@link ServiceResponse}. */
final class ServiceExchange {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceExchange.class);

  private static final String JSON = "application/json";
  private static final String REQUEST_ID = "X-OpenStack-Request-ID";

  private final String service;
  private final HttpCalls http;
  private final Clock clock;

  ServiceExchange(String service, HttpCalls http, Clock clock) {
    this.service = service;
    this.http = http;
    this.clock = clock;
  }

  /**
   * An answer.
   *
   * @param headers case-insensitive
   */
  record Result(ServiceResponse answer, okhttp3.Headers headers) {}

  /**
   * Makes one call.
   *
   * @param root the service's endpoint, without a slash at the end
   * @param token sent as {@code X-Auth-Token}
   * @throws BackendException if there is no answer; for 429, 502, 503 and 504; and for a success
   *     whose body is not JSON
   */
  Result send(String root, ServiceRequest request, Optional<Secret> token) {
    MaskedJson body = MaskedJson.of(request.body());
    okhttp3.Request wire = wire(root, request, body, token);
    long started = System.nanoTime();
    HttpCalls.Reply reply = http.send(wire, request.call());
    ServiceResponse answer = answer(request, body, token, reply);
    LOG.debug(
        "{} {} -> {} in {} ms, {} / {}",
        service,
        request,
        reply.status(),
        (System.nanoTime() - started) / 1_000_000,
        wire.header(REQUEST_ID),
        answer.requestId());
    return switch (reply.status()) {
      case 429, 502, 503, 504 -> throw unavailable(answer, reply);
      default -> new Result(answer, reply.headers());
    };
  }

  private okhttp3.Request wire(
      String root, ServiceRequest request, MaskedJson body, Optional<Secret> token) {
    HttpUrl url = HttpUrl.parse(root + request.path());
    if (url == null) {
      throw BackendException.notSent(service, "'" + root + "' is not a URL", null);
    }
    okhttp3.Request.Builder wire =
        new okhttp3.Request.Builder()
            .url(url)
            .header("Accept", JSON)
            .header(REQUEST_ID, "req-" + UUID.randomUUID());
    request.headers().forEach(wire::header);
    token.ifPresent(secret -> wire.header("X-Auth-Token", secret.value()));
    return wire.method(request.method(), wireBody(request, body)).build();
  }

  private static @Nullable RequestBody wireBody(ServiceRequest request, MaskedJson body) {
    if (!body.isEmpty()) {
      // From a string, OkHttp would add a charset, which not every service accepts.
      return RequestBody.create(body.text().getBytes(StandardCharsets.UTF_8), MediaType.get(JSON));
    }
    return switch (request.method()) {
      case "GET", "HEAD", "DELETE" -> null;
      default -> RequestBody.create(new byte[0], null);
    };
  }

  private ServiceResponse answer(
      ServiceRequest request, MaskedJson sent, Optional<Secret> token, HttpCalls.Reply reply) {
    String text = reply.body();
    JsonNode json = json(text);
    boolean success = reply.status() >= 200 && reply.status() < 300;
    String message =
        success
            ? ""
            : ServiceErrorMessage.bounded(
                masked(ServiceErrorMessage.find(json, text), request, sent, token));
    ServiceResponse answer =
        new ServiceResponse(
            service, request, reply.status(), json, message, reply.headers().get(REQUEST_ID));
    boolean due = request.method().equals("GET") || !text.isBlank();
    if (success && due && json.isMissingNode()) {
      throw BackendException.answered(
          service,
          reply.status(),
          "the response to %s is not JSON".formatted(request),
          request.isWrite(),
          null);
    }
    return answer;
  }

  /** To be called before the text is cut off: the beginning of a secret is not recognized. */
  private static String masked(
      String text, ServiceRequest request, MaskedJson sent, Optional<Secret> token) {
    String masked = sent.masked(text);
    for (Map.Entry<String, String> header : request.headers().entrySet()) {
      if (MaskedJson.namesSecret(header.getKey())) {
        masked = new Secret(header.getValue()).maskedIn(masked);
      }
    }
    return token.isPresent() ? token.get().maskedIn(masked) : masked;
  }

  /** Returns a missing node if the text is not JSON. */
  private static JsonNode json(String text) {
    if (text.isBlank()) {
      return MissingNode.getInstance();
    }
    try {
      return MaskedJson.MAPPER.readTree(text);
    } catch (JacksonException _) {
      return MissingNode.getInstance();
    }
  }

  private BackendException unavailable(ServiceResponse answer, HttpCalls.Reply reply) {
    return answer.refused(
        RetryAfterHeader.read(reply.headers().get("Retry-After"), clock.instant()));
  }
}

package doni.webhook;

import doni.backend.RetryAfterHeader;
import doni.event.HardwareEvent;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Posts events. Redirects are not followed, so an event is only sent to the configured URL. Of a
 * response only its status and {@code Retry-After} are read.
 */
final class WebhookClient implements AutoCloseable {

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int GONE = 410;

  /** Statuses that refuse this event, rather than report a problem of the receiver. */
  private static final Set<Integer> OF_THE_EVENT = Set.of(400, 413, 422);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final Map<Long, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
  private final AtomicLong attempts = new AtomicLong();
  private final Duration patience;
  private final WebhookBodyWriter bodies;
  private final Clock clock;

  /**
   * @param patience time limit for one event
   */
  WebhookClient(Duration patience, WebhookBodyWriter bodies, Clock clock) {
    this.patience = patience;
    this.bodies = bodies;
    this.clock = clock;
  }

  DeliveryResult deliver(WebhookReceiver webhook, HardwareEvent event) {
    CompletableFuture<HttpResponse<Void>> answer =
        http.sendAsync(request(webhook, event), BodyHandlers.discarding());
    Long attempt = attempts.incrementAndGet();
    underWay.put(attempt, answer);
    try {
      // The time limit of the request covers the response head only; a body may never end.
      return of(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      answer.cancel(true);
      return failed("it did not answer in " + patience.toSeconds() + " s");
    } catch (ExecutionException e) {
      return failed("it was not reached (" + name(e.getCause()) + ")");
    } catch (CancellationException e) {
      return new DeliveryResult.BrokenOff();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.cancel(true);
      return new DeliveryResult.BrokenOff();
    } finally {
      underWay.remove(attempt);
    }
  }

  private HttpRequest request(WebhookReceiver webhook, HardwareEvent event) {
    byte[] body = bodies.body(webhook.format(), event);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(webhook.url())
            .timeout(patience)
            .header("Content-Type", "application/json")
            .header("User-Agent", "doni")
            .header("Doni-Event-Id", Long.toString(event.id()))
            .header("Doni-Event-Kind", event.kind())
            .POST(BodyPublishers.ofByteArray(body));
    if (webhook.secret() != null) {
      request.header(
          WebhookSignature.HEADER, WebhookSignature.of(webhook.secret(), clock.instant(), body));
    }
    return request.build();
  }

  private DeliveryResult of(HttpResponse<Void> answer) {
    int status = answer.statusCode();
    if (status >= 200 && status < 300) {
      return new DeliveryResult.Delivered();
    }
    if (status == GONE) {
      return new DeliveryResult.ReceiverGone();
    }
    String reason =
        status >= 300 && status < 400
            ? "it answered " + status + ", and redirects are not followed"
            : "it answered " + status;
    Duration after =
        RetryAfterHeader.read(
            answer.headers().firstValue("Retry-After").orElse(null), clock.instant());
    return new DeliveryResult.NotDelivered(
        reason, after == null ? Duration.ZERO : after, OF_THE_EVENT.contains(status));
  }

  private static DeliveryResult failed(String reason) {
    return new DeliveryResult.NotDelivered(reason, Duration.ZERO, false);
  }

  /** Messages of exceptions quote the URL, which may hold a secret. */
  private static String name(@Nullable Throwable cause) {
    return cause == null ? "no cause" : cause.getClass().getSimpleName();
  }

  /** Cancels running deliveries. */
  @Override
  public void close() {
    underWay.values().forEach(answer -> answer.cancel(true));
    http.shutdownNow();
  }
}

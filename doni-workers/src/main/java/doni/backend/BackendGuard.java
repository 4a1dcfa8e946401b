package doni.backend;

import doni.worker.LanePause;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate in front of one backend.
 *
 * <p>Its circuit opens when half of the last twenty calls say that the backend is down or drowning
 * (no connection, time-out, 502, 503, 504), and lets three calls try after {@code openFor}. Answers
 * that a worker understands never open it. At most {@code concurrency} calls are under way; one
 * more waits up to two seconds for its place.
 *
 * <p>A 429 pauses all calls for as long as its {@code Retry-After} says, a minute where it says
 * nothing, an hour at most; what was under way when it came may still end.
 *
 * <p>The time-out of a call belongs to the client that makes it. Every call is measured as {@code
 * doni.remote}, tagged with {@code service} and {@code status}, and is a span where tracing is on.
 */
public final class BackendGuard {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** A backend that counts in another unit must not silence a lane for days. */
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final String service;
  private final MeterRegistry meters;
  private final Tracer tracer;
  private final Clock clock;
  private final CircuitBreaker breaker;
  private final Bulkhead bulkhead;
  private final Duration openFor;
  private final AtomicReference<@Nullable Instant> openedAt = new AtomicReference<>();
  private final AtomicReference<Instant> pausedUntil = new AtomicReference<>(Instant.MIN);

  /** Without spans. */
  public BackendGuard(
      String service, int concurrency, Duration openFor, MeterRegistry meters, Clock clock) {
    this(service, concurrency, openFor, meters, Tracer.NOOP, clock);
  }

  /**
   * @param tracer gets a span for each call that is made, below the current one
   */
  public BackendGuard(
      String service,
      int concurrency,
      Duration openFor,
      MeterRegistry meters,
      Tracer tracer,
      Clock clock) {
    this.service = service;
    this.meters = meters;
    this.tracer = tracer;
    this.clock = clock;
    this.openFor = openFor;
    this.breaker =
        CircuitBreaker.of(
            service,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(5)
                .failureRateThreshold(50)
                .waitDurationInOpenState(openFor)
                .automaticTransitionFromOpenToHalfOpenEnabled(true)
                .permittedNumberOfCallsInHalfOpenState(3)
                .recordException(BackendGuard::saysThatTheBackendIsDown)
                .build());
    this.bulkhead =
        Bulkhead.of(
            service,
            BulkheadConfig.custom()
                .maxConcurrentCalls(concurrency)
                .maxWaitDuration(PATIENCE)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> {
          boolean open = event.getStateTransition().getToState() == CircuitBreaker.State.OPEN;
          openedAt.set(open ? clock.instant() : null);
        });
    meters.gauge(
        "doni.remote.circuit.open",
        io.micrometer.core.instrument.Tags.of("service", service),
        breaker,
        b -> b.getState() == CircuitBreaker.State.OPEN ? 1 : 0);
  }

  /**
   * Makes one call.
   *
   * @param method the HTTP method, for the span
   * @throws BackendException as the call throws it, or of kind {@link
   *     BackendException.Kind#NOT_SENT}
   */
  public <T> T call(String method, Supplier<T> call) {
    refuseWhilePaused();
    if (!breaker.tryAcquirePermission()) {
      throw BackendException.notSent(
          service, "the circuit of " + service + " is open", Duration.ofSeconds(1));
    }
    if (!bulkhead.tryAcquirePermission()) {
      breaker.releasePermission();
      throw BackendException.notSent(
          service, "too many calls to " + service + " are under way", Duration.ofSeconds(1));
    }
    long started = System.nanoTime();
    String status = "ok";
    Span span = span(method);
    try (var _ = tracer.withSpan(span)) {
      // The answer that pauses may have come while this call waited for its place.
      refuseWhilePaused();
      T result = call.get();
      breaker.onSuccess(System.nanoTime() - started, TimeUnit.NANOSECONDS);
      return result;
    } catch (BackendException e) {
      status =
          e.kind() == BackendException.Kind.STATUS ? Integer.toString(e.status()) : e.kind().name();
      settle(e, System.nanoTime() - started);
      throw e;
    } catch (RuntimeException | Error e) {
      status = "defect";
      breaker.releasePermission();
      throw e;
    } finally {
      bulkhead.onComplete();
      span.tag("status", status).end();
      Timer.builder("doni.remote")
          .tag("service", service)
          .tag("status", status)
          .register(meters)
          .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
    }
  }

  /** Without the URL, which holds names of people's devices. */
  private Span span(String method) {
    return tracer
        .spanBuilder()
        .kind(Span.Kind.CLIENT)
        .name(service + " " + method)
        .tag("backend", service)
        .tag("http.request.method", method)
        .start();
  }

  /** Forgets how earlier calls went: the backend is reached in another way from now on. */
  public void reset() {
    breaker.reset();
    pausedUntil.set(Instant.MIN);
  }

  /** Why nothing is sent at the moment: it asked to be left alone, or its circuit is open. */
  public Optional<LanePause> hold() {
    Instant until = pausedUntil.get();
    return until.isAfter(clock.instant())
        ? Optional.of(new LanePause(service + " answered 429: it asks for fewer calls", until))
        : circuitHold();
  }

  private Optional<LanePause> circuitHold() {
    if (breaker.getState() != CircuitBreaker.State.OPEN) {
      return Optional.empty();
    }
    Instant opened = openedAt.get();
    Instant until = (opened == null ? clock.instant() : opened).plus(openFor);
    return Optional.of(
        new LanePause("the circuit of " + service + " is open: it did not answer", until));
  }

  private void settle(BackendException e, long tookNanos) {
    if (e.kind() == BackendException.Kind.NOT_SENT) {
      breaker.releasePermission();
      return;
    }
    if (e.status() == 429) {
      Duration asked = e.retryAfter().orElse(PAUSE);
      Instant until =
          clock.instant().plus(asked.compareTo(LONGEST_PAUSE) < 0 ? asked : LONGEST_PAUSE);
      pausedUntil.accumulateAndGet(until, (a, b) -> a.isAfter(b) ? a : b);
    }
    breaker.onError(tookNanos, TimeUnit.NANOSECONDS, e);
  }

  private void refuseWhilePaused() {
    Instant now = clock.instant();
    Instant until = pausedUntil.get();
    if (until.isAfter(now)) {
      throw BackendException.notSent(
          service,
          service + " answered 429: it asks for fewer calls",
          Duration.between(now, until));
    }
  }

  private static boolean saysThatTheBackendIsDown(Throwable e) {
    return e instanceof BackendException remote
        && switch (remote.kind()) {
          case CONNECTION, TIMEOUT -> true;
          case STATUS ->
              switch (remote.status()) {
                case 502, 503, 504 -> true;
                default -> false;
              };
          case NOT_SENT -> false;
        };
  }
}

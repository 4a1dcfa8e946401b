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
 * Guards the calls to one backend with a circuit breaker, a limit of concurrent calls, and a pause
 * after a rate limit.
 *
 * <p>The circuit opens when half of the last twenty calls show that the backend is down or
 * overloaded (no connection, timeout, 502, 503, 504), and admits three trial calls after {@code
 * openFor}. Other answers never open it. At most {@code concurrency} calls run at a time; a further
 * one waits up to two seconds for its turn.
 *
 * <p>A 429 pauses all calls for its {@code Retry-After}: one minute where it names none, one hour
 * at most. Calls in flight may still end.
 *
 * <p>The client that makes a call sets its timeout. Every call is measured as {@code doni.remote},
 * tagged with {@code service} and {@code status}, and is a span where tracing is on.
 */
public final class BackendGuard {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** A backend that counts in another unit must not pause a lane for days. */
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
      throw BackendException.notSent(service, "circuit open: " + service, Duration.ofSeconds(1));
    }
    if (!bulkhead.tryAcquirePermission()) {
      breaker.releasePermission();
      throw BackendException.notSent(
          service, "too many concurrent calls to " + service, Duration.ofSeconds(1));
    }
    long started = System.nanoTime();
    String status = "ok";
    Span span = span(method);
    try (var _ = tracer.withSpan(span)) {
      // A 429 may have arrived while this call waited for its turn.
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

  /** Leaves out the URL, which holds the names of devices. */
  private Span span(String method) {
    return tracer
        .spanBuilder()
        .kind(Span.Kind.CLIENT)
        .name(service + " " + method)
        .tag("backend", service)
        .tag("http.request.method", method)
        .start();
  }

  /** Forgets the results of earlier calls, because the backend is now reached in another way. */
  public void reset() {
    breaker.reset();
    pausedUntil.set(Instant.MIN);
  }

  /**
   * Returns why no call is sent at the moment: the backend limits our rate, or its circuit is open.
   */
  public Optional<LanePause> lanePause() {
    Instant until = pausedUntil.get();
    return until.isAfter(clock.instant())
        ? Optional.of(new LanePause("rate limited by " + service, until))
        : circuitPause();
  }

  private Optional<LanePause> circuitPause() {
    if (breaker.getState() != CircuitBreaker.State.OPEN) {
      return Optional.empty();
    }
    Instant opened = openedAt.get();
    Instant until = (opened == null ? clock.instant() : opened).plus(openFor);
    return Optional.of(new LanePause("circuit open: " + service, until));
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
          service, "rate limited by " + service, Duration.between(now, until));
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

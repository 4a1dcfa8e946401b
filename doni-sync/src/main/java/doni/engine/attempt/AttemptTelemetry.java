package doni.engine.attempt;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask;
import doni.task.WorkerTask.TaskClaim;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.slf4j.MDC;

/**
 * What is measured of each attempt: {@code doni.reconcile}, its duration by worker and outcome; a
 * tracing span, the parent of its calls to the backend; and the identity on its log lines.
 *
 * <p>An attempt belongs to no request, which was answered long before; where one is known to have
 * caused it, its id is the attribute {@code request_id}, as in the span of the request.
 */
public final class AttemptTelemetry {

  private static final List<String> IDENTITY =
      List.of("hardware", "worker", "generation", "attempt");

  private record TimerKey(String worker, String outcome) {}

  private final MeterRegistry registry;
  private final Tracer tracer;
  private final BiFunction<HardwareId, Generation, Optional<String>> requests;
  private final Map<TimerKey, Timer> timers = new ConcurrentHashMap<>();

  /** Without spans. */
  public AttemptTelemetry(MeterRegistry registry) {
    this(registry, Tracer.NOOP, (_, _) -> Optional.empty());
  }

  /**
   * @param requests the id of the request that raised a device to a generation; asked for attempts
   *     that were requested
   */
  public AttemptTelemetry(
      MeterRegistry registry,
      Tracer tracer,
      BiFunction<HardwareId, Generation, Optional<String>> requests) {
    this.registry = registry;
    this.tracer = tracer;
    this.requests = requests;
  }

  /** Registers every outcome of a worker, so that zero shows. */
  void register(String worker) {
    AttemptResult.LABELS.forEach(outcome -> timer(new TimerKey(worker, outcome)));
  }

  /** One measured attempt. Its span is the current one of this thread until it is closed. */
  final class MeasuredAttempt implements AutoCloseable {
    private final String worker;
    private final Span span;
    private final Tracer.SpanInScope scope;
    private final long started = System.nanoTime();

    private MeasuredAttempt(String worker, Span span) {
      this.worker = worker;
      this.span = span;
      this.scope = tracer.withSpan(span);
    }

    void ended(String result) {
      span.tag("outcome", result.toUpperCase(Locale.ROOT));
      timer(new TimerKey(worker, result)).record(Duration.ofNanos(System.nanoTime() - started));
    }

    @Override
    public void close() {
      scope.close();
      span.end();
      IDENTITY.forEach(MDC::remove);
    }
  }

  MeasuredAttempt begin(TaskClaim claim, WorkerTask task) {
    MDC.put("hardware", claim.hardware().toString());
    MDC.put("worker", claim.workerType());
    MDC.put("generation", task.generation().toString());
    MDC.put("attempt", Integer.toString(task.retries().attempts() + 1));
    return new MeasuredAttempt(claim.workerType(), span(claim, task));
  }

  private Span span(TaskClaim claim, WorkerTask task) {
    Span.Builder span =
        tracer
            .spanBuilder()
            .setNoParent()
            .name("reconcile " + claim.workerType())
            .tag("worker", claim.workerType())
            .tag("hardware", claim.hardware().toString())
            .tag("generation", task.generation().toString());
    if (task.standing().unsynced()) {
      requests
          .apply(claim.hardware(), task.generation())
          .ifPresent(request -> span.tag("request_id", request));
    }
    return span.start();
  }

  private Timer timer(TimerKey key) {
    return timers.computeIfAbsent(
        key,
        k ->
            Timer.builder("doni.reconcile")
                .description("Attempts by how they ended")
                .tag("worker", k.worker())
                .tag("outcome", k.outcome())
                .register(registry));
  }
}

package doni.engine.attempt;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.task.TaskClaim;
import doni.task.WorkerTask;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A tracing span for each attempt, the parent of its calls to the backend.
 *
 * <p>An attempt belongs to no request, which was answered long before; where one is known to have
 * caused it, its id is the attribute {@code request_id}, as in the span of the request.
 */
public final class AttemptSpans {

  /** Used where tracing is off. */
  public static final AttemptSpans NONE = new AttemptSpans(Tracer.NOOP, (_, _) -> Optional.empty());

  private final Tracer tracer;
  private final BiFunction<HardwareId, Generation, Optional<String>> requests;

  /**
   * @param requests the id of the request that raised a device to a generation; asked for attempts
   *     that were requested
   */
  public AttemptSpans(
      Tracer tracer, BiFunction<HardwareId, Generation, Optional<String>> requests) {
    this.tracer = tracer;
    this.requests = requests;
  }

  /** The span of one attempt, which is the current one of this thread until it is closed. */
  final class Open implements AutoCloseable {
    private final Span span;
    private final Tracer.SpanInScope scope;

    private Open(Span span) {
      this.span = span;
      this.scope = tracer.withSpan(span);
    }

    void ended(String result) {
      span.tag("outcome", result);
    }

    @Override
    public void close() {
      scope.close();
      span.end();
    }
  }

  Open begin(String worker, TaskClaim claim, WorkerTask task) {
    Span.Builder span =
        tracer
            .spanBuilder()
            .setNoParent()
            .name("reconcile " + worker)
            .tag("worker", worker)
            .tag("hardware", claim.hardware().toString())
            .tag("generation", task.generation().toString());
    if (task.requested()) {
      requests
          .apply(claim.hardware(), task.generation())
          .ifPresent(request -> span.tag("request_id", request));
    }
    return new Open(span.start());
  }
}

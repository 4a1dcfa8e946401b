package doni.convergence;

import doni.backend.BackendException;
import doni.worker.Outcome;
import doni.worker.Outcome.BlockedBy;
import doni.worker.ReconcilePlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps a failed attempt to its outcome, the same way for all workers, before and after the first
 * write.
 *
 * <table>
 * <caption>Outcome by failure</caption>
 * <tr><th>failure</th><th>outcome</th></tr>
 * <tr><td>call not sent (circuit open, rate limited, too many calls)</td><td>deferred, not counted
 * as an attempt</td></tr>
 * <tr><td>401, 403: our credentials are refused</td><td>deferred for 30 s, not counted as an
 * attempt</td></tr>
 * <tr><td>no connection, timeout, 429, 5xx, a 2xx that is not understood</td><td>failed, retried
 * with back-off, not before {@code Retry-After}</td></tr>
 * <tr><td>any other status</td><td>failed, until the device or the configuration changes</td></tr>
 * <tr><td>any other exception: a defect</td><td>failed, retried; the stack trace is logged</td></tr>
 * </table>
 */
public final class FailureClassifier {

  /** How long a device waits before refused credentials are tried again. */
  public static final Duration CREDENTIAL_CHECK = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(FailureClassifier.class);

  /** Backends answer with whole HTML pages; the owner of a device needs the start. */
  private static final int MAX_LENGTH = 1_000;

  private FailureClassifier() {}

  /** Returns the outcome of an attempt that failed before it had a plan. */
  public static Outcome classify(Throwable thrown) {
    return thrown instanceof BackendException failure ? classify(failure) : defect(thrown);
  }

  /** Returns the outcome of an attempt that failed in {@link ReconcilePlan#apply}. */
  public static Outcome classify(Throwable thrown, ReconcilePlan plan) {
    return classify(thrown).withDetails(plan.unfinishedDetails()).withChanges(plan.written());
  }

  private static Outcome classify(BackendException e) {
    String text = bounded(String.valueOf(e.getMessage()));
    Duration after = e.retryAfter().orElse(null);
    return switch (e.kind()) {
      case NOT_SENT -> Outcome.Deferred.uncounted(text, after);
      case CONNECTION, TIMEOUT ->
          new Outcome.Failed(text, true, after, Map.of()).at(BlockedBy.BACKEND);
      case STATUS ->
          e.isRefusedCredential()
              ? Outcome.Deferred.refused(text, CREDENTIAL_CHECK)
              : new Outcome.Failed(text, isTransient(e.status()), after, Map.of())
                  .at(isTransient(e.status()) ? BlockedBy.BACKEND : BlockedBy.SITE);
    };
  }

  private static boolean isTransient(int status) {
    return status == 429 || status >= 500 || status < 300;
  }

  private static Outcome defect(Throwable thrown) {
    LOG.error("A defect ended an attempt", new Trace(thrown));
    return defect("internal error (" + thrown.getClass().getSimpleName() + "); see the log");
  }

  /** Returns the outcome of an attempt in which our own code broke its contract. */
  public static Outcome.Failed defect(String message) {
    return new Outcome.Failed(message, true, null, Map.of(), List.of());
  }

  /** Cuts a text from outside to a length that fits a record and a log line. */
  public static String bounded(String text) {
    return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "...";
  }

  /** Where an exception was thrown, without its text: that of a defect can hold any value. */
  private static final class Trace extends Exception {
    private static final long serialVersionUID = 1L;

    Trace(Throwable thrown) {
      super(
          thrown.getClass().getName(),
          thrown.getCause() == null ? null : new Trace(thrown.getCause()),
          false,
          true);
      setStackTrace(thrown.getStackTrace());
    }
  }
}

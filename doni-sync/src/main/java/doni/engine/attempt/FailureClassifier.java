package doni.engine.attempt;

import doni.backend.BackendException;
import doni.worker.Outcome;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an exception means that a worker lets through, for all workers alike.
 *
 * <table>
 * <caption>by what came of the call</caption>
 * <tr><td>not sent (circuit open, too many under way)</td><td>deferred, not counted</td></tr>
 * <tr><td>no connection, time-out, 429, any 5xx</td><td>failed, retryable; after a write too, because
 * every attempt reads before it writes</td></tr>
 * <tr><td>a success that was none: not understood</td><td>failed, retryable</td></tr>
 * <tr><td>any other status</td><td>failed, until something changes</td></tr>
 * <tr><td>not a call</td><td>a defect: failed, retryable, with the stack in the log</td></tr>
 * </table>
 */
public final class FailureClassifier {

  private static final Logger LOG = LoggerFactory.getLogger(FailureClassifier.class);

  /** Backends answer with whole HTML pages; the owner of a device needs the start. */
  private static final int LONGEST = 1_000;

  private FailureClassifier() {}

  public static AttemptResult of(Throwable thrown, boolean stopping) {
    if (stopping || isInterrupt(thrown)) {
      return new AttemptResult.Interrupted();
    }
    if (thrown instanceof BackendException remote) {
      return ofRemote(remote);
    }
    LOG.error("A defect ended an attempt", new Trace(thrown));
    return new AttemptResult.Ended(
        defect("the service has a defect (" + thrown.getClass().getSimpleName() + ")"));
  }

  /** What a worker must not do. */
  static Outcome.Failed defect(String message) {
    return new Outcome.Failed(message, true, null, Map.of());
  }

  private static AttemptResult ofRemote(BackendException e) {
    String text = bounded(e.getMessage());
    return switch (e.kind()) {
      case NOT_SENT ->
          new AttemptResult.NotSent(
              new Outcome.Deferred(text, e.retryAfter().orElse(null), Map.of()));
      case CONNECTION ->
          new AttemptResult.Ended(failed(e, "no connection to " + e.service() + ": " + text, true));
      case TIMEOUT ->
          new AttemptResult.Ended(
              failed(e, e.service() + " did not answer in time: " + text, true));
      case STATUS ->
          new AttemptResult.Ended(
              failed(
                  e,
                  e.service() + " answered " + e.status() + ": " + text,
                  e.status() == 429 || e.status() >= 500 || e.status() < 300));
    };
  }

  private static Outcome failed(BackendException e, String message, boolean retryable) {
    return new Outcome.Failed(message, retryable, e.retryAfter().orElse(null), Map.of());
  }

  public static String bounded(@Nullable String text) {
    if (text == null) {
      return "";
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
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

  private static boolean isInterrupt(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof InterruptedException) {
        return true;
      }
    }
    return false;
  }
}

package doni.worker.k8s;

import doni.backend.BackendException;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a refused credential or a missing right means for a device: nothing is wrong with it, and an
 * operator has to act. The cluster holds the lane for the same time.
 */
final class Refusal {

  static final Duration PAUSE = Duration.ofSeconds(30);

  private Refusal() {}

  static boolean is(BackendException e) {
    return e.status() == 401 || e.status() == 403;
  }

  /**
   * @throws BackendException the one given, when it is no refusal
   */
  static Outcome deferred(BackendException e, Map<String, @Nullable Object> details) {
    if (!is(e)) {
      throw e;
    }
    return new Outcome.Deferred(String.valueOf(e.getMessage()), PAUSE, details);
  }
}

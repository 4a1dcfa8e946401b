package doni.worker;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ends.
 *
 * <p>{@code details} are merged into what the task already reports: a key replaces the value under
 * that name, a null value removes it, keys that are not mentioned stay. They are kept whatever the
 * outcome, so a worker can record what it created before something failed.
 */
public sealed interface Outcome {

  Map<String, @Nullable Object> details();

  /** The backend agrees with the inventory, which was checked by reading it. */
  record Synced(Map<String, @Nullable Object> details, List<Change> changes) implements Outcome {
    public Synced {
      details = copy(details);
      changes = List.copyOf(changes);
    }
  }

  /**
   * Nothing is wrong, but something outside must happen first.
   *
   * @param reason what it waits for, for the device's owner to read
   * @param after how long to wait at most; null leaves it to the engine's back-off
   */
  record Deferred(String reason, @Nullable Duration after, Map<String, @Nullable Object> details)
      implements Outcome {
    public Deferred {
      details = copy(details);
    }
  }

  /**
   * It did not work.
   *
   * @param message what went wrong, for the device's owner to read, without secrets
   * @param retryable whether trying again can help while nobody changes the device or the
   *     configuration
   * @param after the time that the backend asked to be left alone; null leaves it to the engine's
   *     back-off
   */
  record Failed(
      String message,
      boolean retryable,
      @Nullable Duration after,
      Map<String, @Nullable Object> details)
      implements Outcome {
    public Failed {
      details = copy(details);
    }
  }

  /** The device was deleted, and nothing of it is left in the backend. */
  record Gone(List<Change> changes) implements Outcome {
    public Gone {
      changes = List.copyOf(changes);
    }

    @Override
    public Map<String, @Nullable Object> details() {
      return Map.of();
    }
  }

  private static Map<String, @Nullable Object> copy(Map<String, @Nullable Object> details) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}

package doni.worker;

import doni.enrollment.Hardware;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a worker for one device: one consistent reading of the inventory.
 *
 * @param details what this worker reported for the device so far; values of {@link
 *     Worker#secretDetails} are {@link doni.enrollment.Secret}s
 * @param cause of the attempt
 * @param dependencies what the workers of {@link Worker#dependsOn} reported for the device so far,
 *     by their type, without secrets
 */
public record ReconcileContext(
    Hardware hardware,
    Map<String, Object> details,
    Cause cause,
    Map<String, Map<String, Object>> dependencies) {

  /** The cause of an attempt. */
  public enum Cause {
    /** A person enrolled, changed, deleted or synced it, and no attempt has succeeded since. */
    REQUESTED,
    /** Nothing was asked for: its turn in the scheduled reconciliation, or the backend notified. */
    SCHEDULED
  }

  public ReconcileContext {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    dependencies = Map.copyOf(dependencies);
  }

  /** An attempt of a worker that follows no other. */
  public ReconcileContext(Hardware device, Map<String, Object> details, Cause cause) {
    this(device, details, cause, Map.of());
  }

  /** The string that an earlier attempt reported under that name. */
  public Optional<String> detail(String name) {
    return details.get(name) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  /** The string that another worker, one of the {@link #dependencies}, reported under that name. */
  public Optional<String> detailOf(String workerType, String name) {
    return dependencies.getOrDefault(workerType, Map.of()).get(name) instanceof String s
        ? Optional.of(s)
        : Optional.empty();
  }
}

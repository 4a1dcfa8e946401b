package doni.worker;

import doni.device.Device;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One run of a worker for one device: one consistent reading of the inventory.
 *
 * @param details what this worker reported for the device so far; values of {@link
 *     Worker#secretDetails} are {@link doni.device.Secret}s
 * @param cause why the device is looked at
 * @param followed what the workers of {@link Worker#follows} reported for the device so far, by
 *     their type, without secrets
 */
public record Attempt(
    Device device,
    Map<String, Object> details,
    Cause cause,
    Map<String, Map<String, Object>> followed) {

  /** Why a device is looked at. */
  public enum Cause {
    /** Somebody enrolled, changed, deleted or synced it, and no attempt has succeeded since. */
    REQUESTED,
    /** Nothing was asked for: its turn in the scheduled reconciliation, or the backend notified. */
    ROUTINE
  }

  public Attempt {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    followed = Map.copyOf(followed);
  }

  /** An attempt of a worker that follows no other. */
  public Attempt(Device device, Map<String, Object> details, Cause cause) {
    this(device, details, cause, Map.of());
  }

  /** The string that an earlier attempt reported under that name. */
  public Optional<String> detail(String name) {
    return details.get(name) instanceof String s ? Optional.of(s) : Optional.empty();
  }
}

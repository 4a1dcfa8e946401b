package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.ReconcileContext;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts reported of a device's key.
 *
 * @param deviceId the device that the key belongs to; null when none was reported
 */
record Known(@Nullable Long deviceId, @Nullable Secret key) {

  static Known of(ReconcileContext attempt) {
    return new Known(
        attempt.details().get(Details.DEVICE_ID) instanceof Number number
            ? (Long) number.longValue()
            : null,
        attempt.details().get(Details.DEVICE_KEY) instanceof Secret secret ? secret : null);
  }

  /** A key dies with its device, and the uuid registered anew is another device. */
  boolean hasKeyOf(FleetDevice device) {
    return key != null && deviceId != null && deviceId == device.id();
  }
}

package doni.worker.balena;

import doni.enrollment.Secret;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the worker reports of a device, under the names that clients read. */
final class Details {

  static final String DEVICE_ID = "device_id";
  static final String FLEET_ID = "fleet_id";
  static final String LAST_SEEN = "last_seen";
  static final String DEVICE_KEY = "device_api_key";

  /** As clients parse dates: to the second, with an offset of digits. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Details() {}

  /**
   * @param key null removes what was reported
   */
  static Map<String, @Nullable Object> of(FleetDevice device, @Nullable Secret key, Instant now) {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    details.put(DEVICE_ID, device.id());
    details.put(FLEET_ID, device.fleetId());
    details.put(DEVICE_KEY, key);
    Instant seen = device.online() ? now : device.lastConnectivityEvent();
    details.put(LAST_SEEN, seen == null ? null : DATE.format(seen));
    return details;
  }
}

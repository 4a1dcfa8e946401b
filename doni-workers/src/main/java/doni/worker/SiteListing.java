package doni.worker;

import doni.enrollment.HardwareId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One listing of everything that a backend has, to be compared with what the worker recorded for
 * all devices of its lane. So a change behind Doni's back is noticed at once for the whole site, at
 * the price of one listing.
 */
@FunctionalInterface
public interface SiteListing {

  /**
   * A steady device, as the worker recorded it.
   *
   * @param details without secrets
   */
  record RecordedDevice(HardwareId id, String name, Map<String, Object> details) {
    public RecordedDevice {
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /**
   * Returns whether the listing differs from what is recorded for the device. Makes no call. May be
   * wrong where an attempt has just written: then the device gets one attempt too many. It must not
   * differ after an attempt that found nothing to write, or the device is attempted every minute.
   */
  boolean differs(RecordedDevice device);
}

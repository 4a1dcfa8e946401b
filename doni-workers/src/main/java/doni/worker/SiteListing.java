package doni.worker;

import doni.enrollment.HardwareId;
import doni.worker.DeviceSignal.SignalReport;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  /**
   * An object that carries the mark of a device, whether that exists or not.
   *
   * @param object its kind and id, for an operator
   * @param device whose mark it carries
   * @param removable whether an attempt for the deleted device would remove it without a record
   */
  record MarkedObject(String object, HardwareId device, boolean removable) {

    private static final Pattern MARK =
        Pattern.compile(
            "([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})");

    /**
     * Returns the object if its mark is a device's UUID.
     *
     * @param mark with or without hyphens
     */
    public static Stream<MarkedObject> of(String object, String mark, boolean removable) {
      Matcher parts = MARK.matcher(mark);
      return parts.matches()
          ? Stream.of(
              new MarkedObject(
                  object, HardwareId.parse(parts.replaceFirst("$1-$2-$3-$4-$5")), removable))
          : Stream.empty();
    }
  }

  /**
   * Returns every object with a mark that no other client sets; no object whose mark could mean
   * anything else, or that is kept on purpose when its device is deleted. Makes no call.
   */
  default List<MarkedObject> marked() {
    return List.of();
  }

  /** Returns the same listing with its marked objects. */
  default SiteListing withMarked(List<MarkedObject> objects) {
    return new DelegatingListing(isCompared(), this, List.copyOf(objects), signals().orElse(null));
  }

  /** Returns what the listing says about whether devices respond, if it does. Makes no call. */
  default Optional<SignalReport> signals() {
    return Optional.empty();
  }

  /** Returns the same listing with signals. */
  default SiteListing withSignals(SignalReport report) {
    return new DelegatingListing(isCompared(), this, marked(), report);
  }

  /** Returns whether {@link #differs} can be true for any device. */
  default boolean isCompared() {
    return true;
  }

  /** Returns a listing that only says whether devices respond. */
  static SiteListing ofSignals(SignalReport report) {
    return new DelegatingListing(false, _ -> false, List.of(), report);
  }

  /** A listing with what else it says. */
  record DelegatingListing(
      boolean isCompared,
      SiteListing compared,
      List<MarkedObject> marked,
      @Nullable SignalReport report)
      implements SiteListing {

    @Override
    public boolean differs(RecordedDevice device) {
      return compared.differs(device);
    }

    @Override
    public Optional<SignalReport> signals() {
      return Optional.ofNullable(report);
    }
  }
}

package doni.worker;

import doni.enrollment.HardwareId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a backend says about whether one device responds.
 *
 * @param device its UUID, or its name in lower case, see {@link SignalReport#byName}
 * @param reason one line for the device's owner, without a time or a counter: a changed reason is
 *     written
 * @param respondedAt when the device last responded, if the backend tells; not needed while it
 *     responds
 */
public record DeviceSignal(
    String device, SignalStatus status, String reason, @Nullable Instant respondedAt) {

  /** Creates a signal of a backend that knows a device by its UUID. */
  public static DeviceSignal of(
      HardwareId id, SignalStatus status, String reason, @Nullable Instant respondedAt) {
    return new DeviceSignal(id.toString(), status, reason, respondedAt);
  }

  /** Creates a signal of a backend that knows a device by its name. */
  public static DeviceSignal named(
      String name, SignalStatus status, String reason, @Nullable Instant respondedAt) {
    return new DeviceSignal(name.toLowerCase(Locale.ROOT), status, reason, respondedAt);
  }

  /** What a backend can say. */
  public enum SignalStatus {
    RESPONDS,
    /** The device responds, but cannot be used. */
    IMPAIRED,
    /** The device responded before, and does not now. */
    SILENT,
    NEVER_RESPONDED
  }

  /**
   * Every device of which one listing of a backend knows whether it responds.
   *
   * @param byName whether the signals name their devices; otherwise they hold UUIDs
   * @param absence why a device that the listing lacks does not respond. Null where its absence
   *     means nothing, because the backend may only hide the device from us
   */
  public record SignalReport(
      boolean byName, @Nullable String absence, Collection<DeviceSignal> signals) {

    public SignalReport {
      signals = List.copyOf(signals);
    }

    /** Every device that a backend shows us. */
    public static SignalReport shown(Collection<DeviceSignal> signals) {
      return new SignalReport(false, null, signals);
    }

    /** Every device that a backend has, by name. */
    public static SignalReport named(String absence, Collection<DeviceSignal> signals) {
      return new SignalReport(true, absence, signals);
    }
  }

  /** How a worker whose backend notifies reports what changed. Returns without waiting. */
  @FunctionalInterface
  public interface SignalListener {

    /**
     * @param signal of a device that is identified by its name
     */
    void changed(DeviceSignal signal);

    /** Ignores all signals: for a worker that is used without an engine. */
    SignalListener NONE = _ -> {};
  }

  /** Stores the signals of all workers. */
  public interface SignalRecorder {

    /** Records what a backend notified of. Returns without waiting. */
    void changed(String workerType, DeviceSignal signal);

    /**
     * Records what a listing says.
     *
     * @param asOf when the listing began; later changes were notified of, and stay
     */
    void listed(String workerType, SignalReport report, Instant asOf);

    /** Ignores all signals: for lanes that are used without the table of signals. */
    SignalRecorder NONE =
        new SignalRecorder() {
          @Override
          public void changed(String workerType, DeviceSignal signal) {}

          @Override
          public void listed(String workerType, SignalReport report, Instant asOf) {}
        };
  }
}

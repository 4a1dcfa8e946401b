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
 * @param reason one line for the device's owner. It must not change while the status stays the
 *     same, so it holds no time and no counter
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
   * Signals of one backend.
   *
   * @param byName whether the signals name their devices; otherwise they hold UUIDs
   * @param complete whether the backend knows no further device. A report that is not complete says
   *     nothing about devices that it leaves out
   */
  public record SignalReport(boolean byName, boolean complete, List<DeviceSignal> signals) {

    public SignalReport {
      signals = List.copyOf(signals);
    }

    /** Everything that a backend knows, by UUID. */
    public static SignalReport all(Collection<DeviceSignal> signals) {
      return new SignalReport(false, true, List.copyOf(signals));
    }

    /** Everything that a backend knows, by name. */
    public static SignalReport allNamed(Collection<DeviceSignal> signals) {
      return new SignalReport(true, true, List.copyOf(signals));
    }

    /** What has just changed, by name. */
    public static SignalReport changedNamed(Collection<DeviceSignal> signals) {
      return new SignalReport(true, false, List.copyOf(signals));
    }
  }

  /** How a worker reports signals between two listings. Returns without waiting. */
  @FunctionalInterface
  public interface SignalListener {

    void report(SignalReport report);

    /** Ignores all signals: for a worker that is used without an engine. */
    SignalListener NONE = _ -> {};
  }

  /** Stores the signals of all workers; of one worker, the later report wins. */
  @FunctionalInterface
  public interface SignalRecorder {

    void record(String workerType, SignalReport report);

    /** Ignores all signals: for lanes that are used without the table of signals. */
    SignalRecorder NONE = (_, _) -> {};
  }
}

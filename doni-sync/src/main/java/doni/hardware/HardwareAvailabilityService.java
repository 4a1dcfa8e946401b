package doni.hardware;

import doni.availability.AvailabilityHistory;
import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailabilityReader;
import doni.enrollment.HardwareId;
import doni.policy.Caller;
import java.util.Objects;
import org.springframework.stereotype.Service;

/** Shows whether live hardware responds, and did. */
@Service
public class HardwareAvailabilityService {

  private final HardwareAccess access;
  private final DeviceAvailabilityReader reader;

  HardwareAvailabilityService(HardwareAccess access, DeviceAvailabilityReader reader) {
    this.access = access;
    this.reader = reader;
  }

  /** What is published about hardware, and how that changed. */
  public record ReportedAvailability(
      HardwareId hardware, DeviceAvailability now, AvailabilityHistory history) {}

  /** Returns the availability of live hardware and its history of the last 30 days. */
  public ReportedAvailability history(Caller caller, String ref) {
    HardwareView hardware =
        access.shown(caller, access.find("hardware:get", caller, ref)).view().get();
    return new ReportedAvailability(
        hardware.id(),
        Objects.requireNonNull(hardware.availability()),
        reader.history(hardware.id()));
  }
}

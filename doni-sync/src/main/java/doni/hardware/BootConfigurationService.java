package doni.hardware;

import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.NotFound;
import doni.task.WorkerReport;
import doni.worker.BootConfiguration;
import doni.worker.BootConfiguration.BootFile;
import doni.worker.BootConfiguration.BootingDevice;
import doni.worker.BootConfiguration.NoBootFile;
import doni.worker.Worker;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Hands out the file that a device's machine boots with. It holds the device's own key, so it is
 * for callers who may change the device, not for all who may read it.
 */
@Service
public class BootConfigurationService {

  static final String RULE = "hardware:update";

  private final HardwareAccess access;
  private final HardwareReader reader;
  private final HardwareTypes types;

  BootConfigurationService(HardwareAccess access, HardwareReader reader, HardwareTypes types) {
    this.access = access;
    this.reader = reader;
    this.types = types;
  }

  /**
   * Returns the members of the file of live hardware, in their order.
   *
   * @throws NotFound if the hardware is unknown, or no worker of its type has such a file
   * @throws Conflict if the file cannot be made yet; the message says what is missing
   */
  public Map<String, @Nullable Object> of(Caller caller, String ref) {
    HardwareView device = reader.view(access.find(RULE, caller, ref));
    BootConfiguration configuration =
        find(device)
            .orElseThrow(() ->
                new NotFound(
                    "%s has no config.json: no worker of its hardware type %s makes one."
                        .formatted(device.name(), device.hardwareType())));
    return switch (configuration) {
      case BootFile(Map<String, @Nullable Object> members) -> members;
      case NoBootFile(String reason) ->
          throw new Conflict("%s has no config.json yet: %s".formatted(device.name(), reason));
    };
  }

  /** Returns whether there is a file for the hardware. */
  boolean isReady(HardwareView device) {
    return find(device).filter(BootFile.class::isInstance).isPresent();
  }

  private Optional<BootConfiguration> find(HardwareView device) {
    return device.workers().stream().flatMap(report -> of(device, report).stream()).findFirst();
  }

  private Optional<BootConfiguration> of(HardwareView device, WorkerReport report) {
    Worker worker = types.worker(report.workerType());
    return worker == null
        ? Optional.empty()
        : worker.bootConfiguration(
            new BootingDevice(
                device.id(), device.name(), device.createdAt(), report.stateDetails()));
  }
}

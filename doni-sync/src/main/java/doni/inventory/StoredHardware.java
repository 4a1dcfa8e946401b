package doni.inventory;

import doni.device.Generation;
import doni.device.HardwareId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A live device as it is stored.
 *
 * @param properties values that are encrypted at rest are {@link doni.device.Secret}s
 * @param windows by their start
 */
public record StoredHardware(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    List<AvailabilityWindow> windows,
    Generation generation,
    Instant createdAt,
    @Nullable Instant updatedAt) {

  public StoredHardware {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    windows = List.copyOf(windows);
  }

  /** The same device with another desired state; its windows keep their order. */
  public StoredHardware with(
      String newName,
      String newHardwareType,
      Map<String, Object> newProperties,
      List<AvailabilityWindow> newWindows) {
    return new StoredHardware(
        id,
        newName,
        projectId,
        newHardwareType,
        newProperties,
        newWindows,
        generation,
        createdAt,
        updatedAt);
  }

  /** Whether both ask for the same. */
  public boolean sameSpec(StoredHardware other) {
    return name.equals(other.name)
        && hardwareType.equals(other.hardwareType)
        && properties.equals(other.properties)
        && windows.equals(other.windows);
  }
}

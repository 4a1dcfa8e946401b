package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A live device as it is stored.
 *
 * @param properties values that are encrypted at rest are {@link doni.enrollment.Secret}s
 * @param windows by their start
 */
public record HardwareRecord(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    List<StoredWindow> windows,
    Generation generation,
    Instant createdAt,
    @Nullable Instant updatedAt) {

  public HardwareRecord {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    windows = List.copyOf(windows);
  }

  /** The same device with another desired state; its windows keep their order. */
  public HardwareRecord with(
      String newName,
      String newHardwareType,
      Map<String, Object> newProperties,
      List<StoredWindow> newWindows) {
    return new HardwareRecord(
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
  public boolean sameSpec(HardwareRecord other) {
    return name.equals(other.name)
        && hardwareType.equals(other.hardwareType)
        && properties.equals(other.properties)
        && windows.equals(other.windows);
  }
}

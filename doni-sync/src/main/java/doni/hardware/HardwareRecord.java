package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.LabelSyntax;
import doni.policy.PolicyTarget;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Enrolled hardware as it is stored, without its reservation windows.
 *
 * @param properties values that are encrypted at rest are {@link doni.enrollment.Secret}s
 * @param labels of the owner and of the site; no worker reads them, so they are not part of the
 *     desired state
 * @param updatedAt null until the hardware is changed
 */
public record HardwareRecord(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    Map<String, String> labels,
    Generation generation,
    Instant createdAt,
    @Nullable Instant updatedAt) {

  /** Creates hardware without labels. */
  public HardwareRecord(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Generation generation,
      Instant createdAt,
      @Nullable Instant updatedAt) {
    this(id, name, projectId, hardwareType, properties, Map.of(), generation, createdAt, updatedAt);
  }

  /** When the hardware was changed last, or enrolled if it never was. */
  Instant changedAt() {
    return updatedAt == null ? createdAt : updatedAt;
  }

  public HardwareRecord {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    labels = labels.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** What a policy rule may compare with. */
  public Map<String, String> target() {
    return PolicyTarget.device(id.toString(), name, projectId, hardwareType);
  }

  /** Returns the same hardware with another desired state. */
  public HardwareRecord with(
      String newName, String newHardwareType, Map<String, Object> newProperties) {
    return new HardwareRecord(
        id,
        newName,
        projectId,
        newHardwareType,
        newProperties,
        labels,
        generation,
        createdAt,
        updatedAt);
  }

  /** Returns the same hardware with other labels. */
  HardwareRecord with(Map<String, String> newLabels) {
    return new HardwareRecord(
        id, name, projectId, hardwareType, properties, newLabels, generation, createdAt, updatedAt);
  }

  /** Returns the labels that only the site's operators may change. */
  Map<String, String> siteLabels() {
    return labels.entrySet().stream()
        .filter(label -> LabelSyntax.isOfSite(label.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Returns the same hardware as it is after a change was stored. */
  HardwareRecord stored(Generation newGeneration, @Nullable Instant at) {
    return new HardwareRecord(
        id, name, projectId, hardwareType, properties, labels, newGeneration, createdAt, at);
  }

  /** Returns whether both have the same desired state. */
  public boolean sameSpec(HardwareRecord other) {
    return name.equals(other.name)
        && hardwareType.equals(other.hardwareType)
        && properties.equals(other.properties);
  }
}

package doni.secret;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** What is shown of stored values: sensitive ones masked, unknown and null ones left out. */
@Component
public class MaskedPropertyView {

  private final HardwareTypes types;
  private final SecretEncryptor sealer;

  MaskedPropertyView(HardwareTypes types, SecretEncryptor sealer) {
    this.types = types;
    this.sealer = sealer;
  }

  /** What a device's owner sees. */
  public Map<String, Object> forOwner(String hardwareType, Map<String, Object> properties) {
    return shown(hardwareType, properties, false);
  }

  /** What is left of an owner's view for a caller who may not change the device. */
  public Map<String, Object> forReader(String hardwareType, Map<String, Object> shown) {
    return masked(
        shown, name -> types.field(hardwareType, name).map(WorkerField::encrypted).orElse(false));
  }

  /** What is left of the details of a worker for a caller who may not change the device. */
  public Map<String, Object> detailsForReader(String workerType, Map<String, Object> details) {
    Worker worker = types.worker(workerType);
    return masked(details, name -> worker != null && worker.secretDetails().contains(name));
  }

  private static Map<String, Object> masked(Map<String, Object> shown, Predicate<String> secret) {
    Map<String, Object> masked = new LinkedHashMap<>(shown);
    masked.replaceAll((name, value) -> secret.test(name) ? Secret.MASK : value);
    return masked;
  }

  /** What everybody sees. */
  public Map<String, Object> forExport(String hardwareType, Map<String, Object> properties) {
    return shown(hardwareType, properties, true);
  }

  /**
   * Returns the names of the properties whose values a client may compare with, sorted: those that
   * every hardware type stores in clear.
   *
   * @param publicOnly only those that everybody sees
   */
  public SortedSet<String> comparable(boolean publicOnly) {
    Map<Boolean, Set<String>> byUse =
        types.names().stream()
            .flatMap(type -> types.fieldsOf(type).stream())
            .collect(
                Collectors.partitioningBy(
                    field -> field.encrypted() || (publicOnly && field.hidden()),
                    Collectors.mapping(WorkerField::name, Collectors.toSet())));
    SortedSet<String> names = new TreeSet<>(byUse.getOrDefault(false, Set.of()));
    names.removeAll(byUse.getOrDefault(true, Set.of()));
    return names;
  }

  /** What a worker reports, without what it keeps for itself. */
  public Map<String, Object> details(HardwareId id, String workerType, String stored) {
    Map<String, Object> details = sealer.decryptDetails(id, workerType, stored);
    Worker worker = types.worker(workerType);
    if (worker != null) {
      details.keySet().removeAll(worker.privateDetails());
    }
    details.replaceAll((_, value) -> value instanceof Secret secret ? secret.value() : value);
    return details;
  }

  private Map<String, Object> shown(
      String hardwareType, Map<String, Object> properties, boolean publicOnly) {
    Map<String, Object> shown = LinkedHashMap.newLinkedHashMap(properties.size());
    properties.forEach((name, value) -> {
      WorkerField field = types.field(hardwareType, name).orElse(null);
      if (field == null || (publicOnly && field.hidden())) {
        return;
      }
      shown.put(
          name,
          field.masked() ? Secret.MASK : value instanceof Secret secret ? secret.value() : value);
    });
    return shown;
  }
}

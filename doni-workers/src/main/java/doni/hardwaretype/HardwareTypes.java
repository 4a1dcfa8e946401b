package doni.hardwaretype;

import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The hardware types and workers that are enabled at this site, and the properties that follow from
 * them.
 */
@Component
public class HardwareTypes {

  private record Enabled(
      HardwareType type, List<String> workers, Map<String, WorkerField> fields) {}

  /** What follows from one snapshot of the hardware types. */
  private record View(List<HardwareType> of, Map<String, Enabled> byName) {}

  private final HardwareTypeSource source;
  private final Map<String, Worker> workers = new LinkedHashMap<>();
  private volatile View view;

  public HardwareTypes(HardwareTypeSource source, List<Worker> enabledWorkers) {
    for (Worker worker : enabledWorkers) {
      workers.put(worker.type(), worker);
    }
    this.source = source;
    this.view = view(source.types());
  }

  private View view(List<HardwareType> types) {
    Map<String, Enabled> byName = new LinkedHashMap<>();
    types.forEach(type -> byName.put(type.name(), enabled(type)));
    return new View(types, byName);
  }

  private Enabled enabled(HardwareType type) {
    Map<String, WorkerField> fields = new LinkedHashMap<>();
    List<String> serving = new ArrayList<>();
    type.fields().forEach(field -> fields.put(field.name(), field));
    for (String name : type.workers()) {
      Worker worker = workers.get(name);
      if (worker != null) {
        serving.add(name);
        worker.fields().forEach(field -> fields.put(field.name(), field));
      }
    }
    return new Enabled(type, List.copyOf(serving), fields);
  }

  private Map<String, Enabled> byName() {
    List<HardwareType> types = source.types();
    View now = view;
    if (!now.of().equals(types)) {
      now = view(types);
      view = now;
    }
    return now.byName();
  }

  /**
   * The enabled hardware types, in the order of the configuration: a snapshot, the same object
   * until something changes.
   */
  public List<HardwareType> all() {
    return source.types();
  }

  /**
   * The enabled workers that serve a hardware type, in the order in which clients see them; none
   * for an unknown type.
   */
  public List<String> workersOf(String hardwareType) {
    Enabled enabled = byName().get(hardwareType);
    return enabled == null ? List.of() : enabled.workers();
  }

  /** The properties of a hardware type and of its enabled workers; none for an unknown type. */
  public List<WorkerField> fieldsOf(String hardwareType) {
    Enabled enabled = byName().get(hardwareType);
    return enabled == null ? List.of() : List.copyOf(enabled.fields().values());
  }

  /** One property of a hardware type, if the type or one of its enabled workers declares it. */
  public Optional<WorkerField> field(String hardwareType, String property) {
    Enabled enabled = byName().get(hardwareType);
    return enabled == null ? Optional.empty() : Optional.ofNullable(enabled.fields().get(property));
  }

  /** The properties of a type of a snapshot, and of its enabled workers. */
  public List<WorkerField> fieldsOf(HardwareType type) {
    return List.copyOf(enabled(type).fields().values());
  }

  /** What the enabled workers of a hardware type demand of a device's name. */
  public List<Map<String, Object>> nameSchemasOf(String hardwareType) {
    return workersOf(hardwareType).stream()
        .map(workers::get)
        .flatMap(worker -> worker.nameSchema().stream())
        .toList();
  }

  boolean isEnabled(String hardwareType) {
    return byName().containsKey(hardwareType);
  }

  public Set<String> names() {
    return new LinkedHashSet<>(byName().keySet());
  }

  @Nullable public Worker worker(String workerType) {
    return workers.get(workerType);
  }
}

package doni.cli;

import doni.enrollment.HardwareId;
import doni.worker.DiscoveredHardware;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Merges what several backends report for one hardware. The first backend wins; differences to
 * other backends are noted.
 */
final class ImportCandidateMerger {

  private final HardwareId id;
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Map<String, String> withheld = new TreeMap<>();
  private final List<String> origins = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private String name = "";
  private String hardwareType = "";

  ImportCandidateMerger(HardwareId id) {
    this.id = id;
  }

  void add(DiscoveredHardware discovery) {
    origins.add(discovery.origin());
    switch (discovery) {
      case DiscoveredHardware.Importable hardware -> add(hardware);
      case DiscoveredHardware.NotImportable rejected ->
          rejected.why().forEach(why -> problems.add(rejected.origin() + ": " + why));
    }
  }

  private void add(DiscoveredHardware.Importable hardware) {
    if (hardwareType.isEmpty()) {
      hardwareType = hardware.hardwareType();
    } else if (!hardwareType.equals(hardware.hardwareType())) {
      problems.add(
          "%s: conflicting hardware type %s".formatted(hardware.origin(), hardware.hardwareType()));
    }
    if (name.isEmpty()) {
      name = hardware.name();
    } else if (!hardware.name().isEmpty() && !name.equals(hardware.name())) {
      notes.add("%s: different name '%s'".formatted(hardware.origin(), hardware.name()));
    }
    hardware
        .properties()
        .forEach((property, value) -> {
          Object known = properties.putIfAbsent(property, value);
          if (known != null && !Objects.equals(known, value)) {
            notes.add(hardware.origin() + ": different value of " + property);
          }
        });
    withheld.putAll(hardware.withheld());
    hardware.notes().forEach(note -> notes.add(hardware.origin() + ": " + note));
  }

  ImportCandidate candidate() {
    withheld.keySet().removeAll(properties.keySet());
    return new ImportCandidate(
        id, name, hardwareType, properties, withheld, origins, notes, problems);
  }
}

package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files and the configuration put together. Each thing is said in one place: twice in the
 * files, or in a file and in the site's configuration, is a finding, whatever it says. What is
 * merely shipped gives way to a file.
 *
 * @param types without anything from a file when there are findings
 */
record MachineTypeMerge(MachineTypes types, List<MachineTypeProblem> findings) {

  static MachineTypeMerge of(ConfiguredMachineTypes configured, List<MachineTypesFile> files) {
    List<MachineTypeProblem> findings = new ArrayList<>();
    Map<String, MachineTypesEntry> entries = new LinkedHashMap<>();
    for (MachineTypesFile file : files) {
      findings.addAll(file.findings());
      for (MachineTypesEntry entry : file.entries()) {
        MachineTypesEntry earlier = entries.putIfAbsent(entry.name(), entry);
        if (earlier != null) {
          findings.add(
              entry.finding("", "stands in %s too; allowed: once".formatted(earlier.file())));
        }
      }
    }
    entries.values().forEach(entry -> clashes(configured, entry, findings));
    return findings.isEmpty()
        ? new MachineTypeMerge(together(configured, entries), List.of())
        : new MachineTypeMerge(new MachineTypes(configured.byName()), List.copyOf(findings));
  }

  private static void clashes(
      ConfiguredMachineTypes configured,
      MachineTypesEntry entry,
      List<MachineTypeProblem> findings) {
    String name = entry.name();
    if (entry.type().isEmpty() && !configured.byName().containsKey(name)) {
      findings.add(
          entry.finding("", "unknown machine type; allowed: with full-name, vendor and model"));
    }
    if (entry.type().isPresent() && configured.own().contains(name)) {
      findings.add(entry.finding("full-name", clash(ConfiguredMachineTypes.KEY + "." + name)));
    }
    if (entry.labels().isPresent() && configured.labelled().contains(name)) {
      findings.add(entry.finding("labels", clash(ConfiguredMachineTypes.LABELS + "." + name)));
    }
    if (entry.labels().isPresent() && !configured.labelIndex().equals(MachineTypes.PROPERTY)) {
      findings.add(
          entry.finding(
              "labels",
              "are found by %s, but %s is '%s'; allowed: one of them"
                  .formatted(
                      MachineTypes.PROPERTY,
                      ConfiguredMachineTypes.LABEL_INDEX,
                      configured.labelIndex())));
    }
    if (entry.fleet().isPresent() && configured.withFleet().contains(name)) {
      findings.add(entry.finding("fleet", clash(ConfiguredMachineTypes.FLEETS + "." + name)));
    }
  }

  private static String clash(String key) {
    return "is configured as %s too; allowed: one of them".formatted(key);
  }

  private static MachineTypes together(
      ConfiguredMachineTypes configured, Map<String, MachineTypesEntry> entries) {
    Map<String, MachineType> byName = new LinkedHashMap<>(configured.byName());
    Map<String, Map<String, String>> labels = new LinkedHashMap<>();
    Map<String, String> fleets = new LinkedHashMap<>();
    entries.forEach((name, entry) -> {
      entry.type().ifPresent(type -> byName.put(name, type));
      entry.labels().ifPresent(some -> labels.put(name, some));
      entry.fleet().ifPresent(fleet -> fleets.put(name, fleet));
    });
    return new MachineTypes(byName, labels, fleets);
  }
}

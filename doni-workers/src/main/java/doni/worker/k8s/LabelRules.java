package doni.worker.k8s;

import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The expected labels as they stand now: what the configuration says, and what the files of the
 * machine types say in place of what is built in.
 */
final class LabelRules {

  private record Merged(MachineTypes of, ExpectedLabels labels) {}

  private final ExpectedLabels configured;
  private final MachineTypeCatalog catalog;
  private volatile Merged merged;

  LabelRules(ExpectedLabels configured, MachineTypeCatalog catalog) {
    this.configured = configured;
    this.catalog = catalog;
    this.merged = merge(catalog.current());
  }

  MachineTypeCatalog catalog() {
    return catalog;
  }

  ExpectedLabels current() {
    MachineTypes types = catalog.current();
    Merged now = merged;
    if (!now.of().equals(types)) {
      now = merge(types);
      merged = now;
    }
    return now.labels();
  }

  private Merged merge(MachineTypes types) {
    Map<String, Map<String, String>> byIndex = new LinkedHashMap<>(configured.byIndex());
    byIndex.putAll(types.labels());
    return new Merged(types, new ExpectedLabels(byIndex));
  }
}

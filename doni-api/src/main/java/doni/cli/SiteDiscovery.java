package doni.cli;

import doni.enrollment.HardwareId;
import doni.standalone.StandaloneParts;
import doni.worker.DiscoveredHardware;
import doni.worker.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Lists the hardware of backends, with the settings of the service but without a running one. It
 * only reads.
 *
 * <p>Hardware of one backend is completed with properties from the other backends, even if these
 * were not requested: their workers would otherwise remove what the enrollment does not mention.
 */
final class SiteDiscovery {

  private static final String ENABLED = "doni.workers.enabled";
  private static final String DEVICE_WORKER = "blazar.device";
  private static final List<String> HOST_WORKERS = List.of("ironic", "blazar.physical_host");

  private final StandaloneParts site;

  public SiteDiscovery(ConfigurableEnvironment environment) {
    this.site = new StandaloneParts(environment);
  }

  /**
   * Returns the hardware of these backends.
   *
   * @throws doni.backend.BackendException if a backend does not answer
   * @throws InvalidConfigurationPropertyValueException if no worker of a backend is enabled
   */
  public List<ImportCandidate> candidates(Set<DiscoverySource> from) {
    List<String> enabled = site.enabledWorkers();
    from.forEach(source -> refuseWithoutWorker(source, enabled));
    Map<HardwareId, ImportCandidateMerger> merged = new LinkedHashMap<>();
    List<ImportCandidate> nameless = new ArrayList<>();
    Set<HardwareId> listed = new HashSet<>();
    for (String worker : asked(from)) {
      boolean lists = from.stream().anyMatch(source -> source.workers().contains(worker));
      for (DiscoveredHardware found :
          enabled.contains(worker) ? discover(worker) : List.<DiscoveredHardware>of()) {
        HardwareId id =
            switch (found) {
              case DiscoveredHardware.Importable hardware -> hardware.id();
              case DiscoveredHardware.NotImportable rejected -> rejected.id();
            };
        if (id != null) {
          merged.computeIfAbsent(id, ImportCandidateMerger::new).add(found);
          if (lists) {
            listed.add(id);
          }
        } else if (lists && found instanceof DiscoveredHardware.NotImportable rejected) {
          nameless.add(withoutId(rejected));
        }
      }
    }
    merged.keySet().retainAll(listed);
    List<ImportCandidate> all =
        new ArrayList<>(merged.values().stream().map(ImportCandidateMerger::candidate).toList());
    all.addAll(nameless);
    return all;
  }

  private static List<String> asked(Set<DiscoverySource> from) {
    List<String> asked = new ArrayList<>(HOST_WORKERS);
    if (from.contains(DiscoverySource.blazar)) {
      asked.add(DEVICE_WORKER);
    }
    return asked;
  }

  private static void refuseWithoutWorker(DiscoverySource source, List<String> enabled) {
    if (source.workers().stream().noneMatch(enabled::contains)) {
      throw new InvalidConfigurationPropertyValueException(
          ENABLED,
          String.join(",", enabled),
          "has no worker of %s; an import from it needs one of %s"
              .formatted(source, String.join(", ", new TreeSet<>(source.workers()))));
    }
  }

  private List<DiscoveredHardware> discover(String type) {
    try (AnnotationConfigApplicationContext parts = site.worker(type)) {
      Worker worker =
          parts.getBeanProvider(Worker.class).stream()
              .filter(one -> one.type().equals(type))
              .findFirst()
              .orElseThrow();
      try {
        return worker.discover();
      } finally {
        worker.stop();
      }
    }
  }

  private static ImportCandidate withoutId(DiscoveredHardware.NotImportable rejected) {
    return new ImportCandidate(
        null,
        "",
        "",
        Map.of(),
        Map.of(),
        List.of(rejected.origin()),
        List.of(),
        rejected.why().stream().map(why -> rejected.origin() + ": " + why).toList());
  }
}

package doni.discovery;

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
 * Asks backends, with the service's settings and without a service, what they have. Reads only.
 *
 * <p>What one backend has is completed by what the others know of the same uuid, whichever was
 * asked for: an enrollment without it would have their workers take it away.
 */
public final class SiteDiscovery {

  private static final String ENABLED = "doni.workers.enabled";
  private static final String DEVICES = "blazar.device";
  private static final List<String> OF_A_HOST = List.of("ironic", "blazar.physical_host");

  private final StandaloneParts site;

  public SiteDiscovery(ConfigurableEnvironment environment) {
    this.site = new StandaloneParts(environment);
  }

  /**
   * What these backends have; a {@link doni.backend.BackendException} when one cannot be asked.
   *
   * @throws InvalidConfigurationPropertyValueException when no worker for one of them is enabled
   */
  public List<ImportCandidate> candidates(Set<DiscoverySource> from) {
    List<String> enabled = site.enabledWorkers();
    from.forEach(source -> refuseWithoutWorker(source, enabled));
    Map<HardwareId, CandidateMerger> merged = new LinkedHashMap<>();
    List<ImportCandidate> nameless = new ArrayList<>();
    Set<HardwareId> listed = new HashSet<>();
    for (String worker : asked(from)) {
      boolean lists = from.stream().anyMatch(source -> source.workers().contains(worker));
      for (DiscoveredHardware found :
          enabled.contains(worker) ? discover(worker) : List.<DiscoveredHardware>of()) {
        HardwareId id =
            switch (found) {
              case DiscoveredHardware.Importable hardware -> hardware.id();
              case DiscoveredHardware.NotImportable unfit -> unfit.id();
            };
        if (id != null) {
          merged.computeIfAbsent(id, CandidateMerger::new).add(found);
          if (lists) {
            listed.add(id);
          }
        } else if (lists && found instanceof DiscoveredHardware.NotImportable unfit) {
          nameless.add(withoutId(unfit));
        }
      }
    }
    merged.keySet().retainAll(listed);
    List<ImportCandidate> all =
        new ArrayList<>(merged.values().stream().map(CandidateMerger::candidate).toList());
    all.addAll(nameless);
    return all;
  }

  private static List<String> asked(Set<DiscoverySource> from) {
    List<String> asked = new ArrayList<>(OF_A_HOST);
    if (from.contains(DiscoverySource.blazar)) {
      asked.add(DEVICES);
    }
    return asked;
  }

  private static void refuseWithoutWorker(DiscoverySource source, List<String> enabled) {
    if (source.workers().stream().noneMatch(enabled::contains)) {
      throw new InvalidConfigurationPropertyValueException(
          ENABLED,
          String.join(",", enabled),
          "names no worker of %s; allowed for an import from it: one of %s"
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

  private static ImportCandidate withoutId(DiscoveredHardware.NotImportable unfit) {
    return new ImportCandidate(
        null,
        "",
        "",
        Map.of(),
        Map.of(),
        List.of(unfit.origin()),
        List.of(),
        unfit.why().stream().map(why -> unfit.origin() + ": " + why).toList());
  }
}

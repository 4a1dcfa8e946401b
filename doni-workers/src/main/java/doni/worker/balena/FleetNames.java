package doni.worker.balena;

import doni.machinetype.MachineTypeCatalog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which machine type belongs to which fleet, by its name: as the configuration says, and for the
 * others as the file of the machine type says. Both never speak of the same one.
 */
record FleetNames(Map<String, String> configured, MachineTypeCatalog catalog) {

  FleetNames {
    configured = Map.copyOf(configured);
  }

  Optional<String> of(String machine) {
    return Optional.ofNullable(configured.get(machine))
        .or(() -> Optional.ofNullable(catalog.current().fleets().get(machine)));
  }

  Collection<String> all() {
    List<String> all = new ArrayList<>(configured.values());
    all.addAll(catalog.current().fleets().values());
    return all;
  }
}

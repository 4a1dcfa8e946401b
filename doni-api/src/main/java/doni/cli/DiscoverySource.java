package doni.cli;

import java.util.Set;

/** A backend to import from; the names are the values of {@code --from}. */
enum DiscoverySource {
  ironic,
  blazar;

  /** Returns the types of the workers that read this backend. */
  Set<String> workers() {
    return switch (this) {
      case ironic -> Set.of("ironic");
      case blazar -> Set.of("blazar.device", "blazar.physical_host");
    };
  }
}

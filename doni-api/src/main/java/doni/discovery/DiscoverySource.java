package doni.discovery;

import java.util.Set;

/** Whose hardware is listed; the names are what one types. */
public enum DiscoverySource {
  ironic,
  blazar;

  /** The types of the workers that serve it. */
  Set<String> workers() {
    return switch (this) {
      case ironic -> Set.of("ironic");
      case blazar -> Set.of("blazar.device", "blazar.physical_host");
    };
  }
}

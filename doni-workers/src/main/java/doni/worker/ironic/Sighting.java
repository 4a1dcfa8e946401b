package doni.worker.ironic;

import java.util.List;
import java.util.Optional;

/**
 * A node and its ports, read together.
 *
 * @param node empty when there is none, or none that we may see
 * @param ports those of this node only
 */
record Sighting(Optional<Node> node, List<Port> ports) {

  static final Sighting NOTHING = new Sighting(Optional.empty(), List.of());

  Sighting {
    ports = List.copyOf(ports);
  }
}

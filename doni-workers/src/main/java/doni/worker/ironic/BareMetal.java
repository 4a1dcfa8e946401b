package doni.worker.ironic;

import doni.worker.LanePause;
import java.util.List;
import java.util.Optional;

/**
 * The bare-metal service of the site: nodes, their ports, and the states that nodes go through.
 *
 * <p>Every method but {@link #hold} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none or when it is one that a worker can do nothing
 * with. Its text never holds a password.
 */
interface BareMetal {

  /** Why nothing can be asked at the moment; from memory. */
  Optional<LanePause> hold();

  /** Whether all nodes are shown to us: to others than administrators, Ironic looks empty. */
  boolean showsAll();

  /**
   * A node with its ports as a listing of the whole site had them some seconds ago, which costs no
   * call of its own.
   */
  Sighting glance(String uuid);

  /** A node with its ports as they are now. */
  Sighting look(String uuid);

  /** All nodes with their ports as they are now: expensive. */
  List<Sighting> lookAtAll();

  /** A node as it is now. */
  Optional<Node> node(String uuid);

  /** The port with that MAC address, whichever node it belongs to. */
  Optional<Port> portWith(String macAddress);

  Written create(NodeWish wish);

  /** Changes single keys; a node's driver is changed together with all its interfaces. */
  Written patchNode(String uuid, List<PatchStep> steps);

  /** Asks for a change of state, which goes on after the answer. */
  Written move(String uuid, Verb verb);

  /** Deletes a node and its ports. */
  Written deleteNode(String uuid);

  Written createPort(String nodeUuid, PortWish wish);

  Written patchPort(String uuid, List<PatchStep> steps);

  Written deletePort(String uuid);
}

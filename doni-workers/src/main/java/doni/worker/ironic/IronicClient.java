package doni.worker.ironic;

import doni.worker.LanePause;
import doni.worker.ironic.IronicDesiredState.DesiredIronicNode;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicWrite.PatchOperation;
import doni.worker.ironic.IronicWrite.ProvisionTarget;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ironic's nodes, their ports and their provision states.
 *
 * <p>Every method but {@link #lanePause} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none or when a worker can do nothing about it. Its
 * text never holds a password.
 */
interface IronicClient {

  /** Returns why no call can be made at the moment; from memory. */
  Optional<LanePause> lanePause();

  /** Returns whether we see all nodes: for users who are not administrators, Ironic looks empty. */
  boolean showsAllNodes();

  /**
   * Returns a node with its ports from a listing of the whole site that is some seconds old, which
   * costs no call of its own.
   */
  IronicObservedState recall(String uuid);

  /** Lists all nodes now, by uuid, without their ports. */
  Map<String, IronicNode> listNodes();

  /** Reads a node with its ports now. */
  IronicObservedState observe(String uuid);

  /** Reads all nodes with their ports now: expensive. */
  List<IronicObservedState> observeAll();

  /** Reads a node now. */
  Optional<IronicNode> node(String uuid);

  /** Reads the port with that MAC address, whichever node it belongs to. */
  Optional<IronicPort> portWith(String macAddress);

  IronicWriteResult createNode(DesiredIronicNode node);

  /** Changes single keys; a node's driver is changed together with all its interfaces. */
  IronicWriteResult patchNode(String uuid, List<PatchOperation> operations);

  /** Requests a change of state, which continues after the answer. */
  IronicWriteResult setProvisionState(String uuid, ProvisionTarget target);

  /** Deletes a node and its ports. */
  IronicWriteResult deleteNode(String uuid);

  IronicWriteResult createPort(String nodeUuid, DesiredPort port);

  IronicWriteResult patchPort(String uuid, List<PatchOperation> operations);

  IronicWriteResult deletePort(String uuid);
}

package doni.worker.ironic;

import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.ironic.IronicDesiredState.DesiredIronicNode;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicDrift.PortDrift;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One write to Ironic, with the changes that it makes. */
sealed interface IronicWrite {

  /** Returns what it changes, without secrets. */
  List<Change> changes();

  IronicWriteResult sendTo(IronicClient client);

  record CreateNode(DesiredIronicNode node) implements IronicWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("node " + node.name()));
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.createNode(node);
    }
  }

  record PatchIronicNode(String uuid, List<PatchOperation> operations) implements IronicWrite {
    public PatchIronicNode {
      operations = List.copyOf(operations);
    }

    @Override
    public List<Change> changes() {
      return operations.stream().map(operation -> operation.change("node")).toList();
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.patchNode(uuid, operations);
    }

    boolean setsPassword() {
      return operations.stream().anyMatch(it -> it.path().equals(IronicDrift.PASSWORD_PATH));
    }
  }

  /**
   * Requests a change of the provision state.
   *
   * @param node as observed; the request is sent only while it is still like that
   */
  record SetProvisionState(IronicNode node, ProvisionTarget target) implements IronicWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.update("node/provision_state", node.state(), target.verb()));
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.setProvisionState(node.uuid(), target);
    }
  }

  record DeleteIronicNode(IronicNode node) implements IronicWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("node " + node.uuid()));
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.deleteNode(node.uuid());
    }
  }

  record CreatePort(String nodeUuid, DesiredPort port) implements IronicWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("port " + port.macAddress()));
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.createPort(nodeUuid, port);
    }
  }

  record PatchPort(PortDrift drift) implements IronicWrite {
    @Override
    public List<Change> changes() {
      String object = "port " + drift.port().macAddress();
      return drift.operations().stream().map(operation -> operation.change(object)).toList();
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.patchPort(drift.port().uuid(), drift.operations());
    }

    boolean touchesConnectivity() {
      return !drift.connectivity().isEmpty();
    }
  }

  record DeletePort(IronicPort port) implements IronicWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("port " + port.macAddress()));
    }

    @Override
    public IronicWriteResult sendTo(IronicClient client) {
      return client.deletePort(port.uuid());
    }
  }

  /** What can be requested of a node's provision state. */
  enum ProvisionTarget {
    /** From enroll: verify that the BMC answers. From most resting states: leave the pool. */
    MANAGE,
    /** From manageable: clean, where the site cleans, and join the pool. */
    PROVIDE;

    /** Returns the target as Ironic names it. */
    String verb() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One operation of a JSON patch. Ironic refuses {@code test}, so a patch cannot be conditional.
   *
   * @param from the value before, null where there was none
   * @param to the value after, null to remove it; a {@link Secret} where it must not be shown
   */
  record PatchOperation(String path, @Nullable Object from, @Nullable Object to) {

    /** Sets a key, whether it exists or not. */
    static PatchOperation set(String path, @Nullable Object from, Object to) {
      return new PatchOperation(path, from, to);
    }

    /** Removes a key that was observed; Ironic refuses to remove an absent one. */
    static PatchOperation remove(String path, Object from) {
      return new PatchOperation(path, from, null);
    }

    boolean isBelow(String parent) {
      return path.startsWith(parent);
    }

    /** Returns the operation as it is sent. */
    Map<String, Object> json() {
      Map<String, Object> operation = new LinkedHashMap<>();
      operation.put("op", to == null ? "remove" : "add");
      operation.put("path", path);
      if (to != null) {
        operation.put("value", to);
      }
      return operation;
    }

    private Change change(String object) {
      return Change.update(object + path, shown(from), shown(to));
    }

    /** Null where there is no value, and for what shows how to reach a BMC. */
    private @Nullable String shown(@Nullable Object value) {
      if (value == null || value instanceof Secret || isBelow(IronicDrift.DRIVER_INFO)) {
        return null;
      }
      return value instanceof Map<?, ?> map ? new TreeMap<>(map).toString() : value.toString();
    }
  }
}

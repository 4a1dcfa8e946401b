package doni.worker.ironic;

import doni.worker.Change;
import java.util.List;

/** One write to Ironic. */
sealed interface Act {

  /** What it changes, without secrets. */
  List<Change> changes();

  Written on(BareMetal bareMetal);

  record CreateNode(NodeWish wish) implements Act {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("node " + wish.name()));
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.create(wish);
    }
  }

  record PatchNode(String uuid, List<PatchStep> steps) implements Act {
    public PatchNode {
      steps = List.copyOf(steps);
    }

    @Override
    public List<Change> changes() {
      return steps.stream()
          .map(step -> Change.update("node" + step.path(), null, step.shownValue()))
          .toList();
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.patchNode(uuid, steps);
    }

    boolean setsPassword() {
      return steps.stream().anyMatch(step -> step.path().endsWith("/" + Drift.PASSWORD));
    }
  }

  /**
   * @param from the node that was seen; the state is changed only if it is still like that
   */
  record Move(Node from, Verb verb) implements Act {
    @Override
    public List<Change> changes() {
      return List.of(Change.update("node/provision_state", from.state(), verb.target()));
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.move(from.uuid(), verb);
    }
  }

  record DeleteNode(Node node) implements Act {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("node " + node.uuid()));
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.deleteNode(node.uuid());
    }
  }

  record CreatePort(String nodeUuid, PortWish wish) implements Act {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("port " + wish.macAddress()));
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.createPort(nodeUuid, wish);
    }
  }

  record PatchPort(PortDrift drift) implements Act {
    @Override
    public List<Change> changes() {
      return drift.steps().stream()
          .map(step ->
              Change.update(
                  "port " + drift.port().macAddress() + step.path(), null, step.shownValue()))
          .toList();
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.patchPort(drift.port().uuid(), drift.steps());
    }

    boolean touchesConnectivity() {
      return !drift.connectivity().isEmpty();
    }
  }

  record DeletePort(Port port) implements Act {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("port " + port.macAddress()));
    }

    @Override
    public Written on(BareMetal bareMetal) {
      return bareMetal.deletePort(port.uuid());
    }
  }
}

package doni.worker.ironic;

import doni.openstack.ServiceResponse;

/** How Ironic answered a write that a worker can do something about. */
sealed interface IronicWriteResult {

  IronicWriteResult DONE = new WriteDone();
  IronicWriteResult ABSENT = new Absent();
  IronicWriteResult LOCKED = new Locked();

  record WriteDone() implements IronicWriteResult {}

  /** The node or port does not exist, or no longer. */
  record Absent() implements IronicWriteResult {}

  /** A conductor holds the node, or a transition is under way. */
  record Locked() implements IronicWriteResult {}

  /**
   * Another object has the value that must be unique.
   *
   * @param text Ironic's words, which name it
   */
  record Taken(Key key, String text) implements IronicWriteResult {}

  /**
   * The node's present state does not allow the write.
   *
   * @param text Ironic's words
   */
  record WrongState(String text) implements IronicWriteResult {}

  /** What must be unique. */
  enum Key {
    UUID,
    NAME,
    MAC_ADDRESS
  }

  /**
   * Returns what the answer to a write means. A 409 is one of six things, and a 400 may be a state
   * that does not allow the request; only the text distinguishes them.
   *
   * @throws doni.backend.BackendException for every other refusal
   */
  static IronicWriteResult of(ServiceResponse answer) {
    if (answer.isSuccess()) {
      return DONE;
    }
    if (isAbsent(answer)) {
      return ABSENT;
    }
    return switch (answer.status()) {
      case 400 -> badRequest(answer);
      case 403 -> {
        if (answer.message().contains("is protected")) {
          yield new WrongState(answer.message());
        }
        throw answer.refused();
      }
      case 409 -> conflict(answer);
      default -> throw answer.refused();
    };
  }

  /**
   * Returns whether Ironic says that the object does not exist. A server that does not know the
   * path, behind a wrong endpoint for example, answers 404, too.
   */
  static boolean isAbsent(ServiceResponse answer) {
    return answer.status() == 404 && answer.message().contains("could not be found");
  }

  private static IronicWriteResult badRequest(ServiceResponse answer) {
    String text = answer.message();
    if (text.contains("can not be performed on node")) {
      return new WrongState(text);
    }
    // The node that a new port names.
    if (text.startsWith("Node ") && text.contains("could not be found")) {
      return ABSENT;
    }
    throw answer.refused();
  }

  private static IronicWriteResult conflict(ServiceResponse answer) {
    String text = answer.message();
    if (text.contains("is locked by host")
        || text.contains("can not be updated while a state transition is in progress")) {
      return LOCKED;
    }
    if (text.startsWith("A node with name")) {
      return new Taken(Key.NAME, text);
    }
    if (text.startsWith("A node with UUID")) {
      return new Taken(Key.UUID, text);
    }
    if (text.startsWith("A port with MAC address")) {
      return new Taken(Key.MAC_ADDRESS, text);
    }
    boolean wrongState =
        text.contains("can not have any connectivity attributes")
            || text.contains("can not have resource_class updated")
            || text.contains("Cannot update hardware address")
            || text.startsWith("Can not delete node")
            || text.contains("is associated with instance")
            // A port that is attached to a tenant network.
            || text.contains("VIF");
    if (wrongState) {
      return new WrongState(text);
    }
    throw answer.refused();
  }
}

package doni.worker.ironic;

import doni.openstack.ServiceResponse;

/**
 * What Ironic's answers to writes mean. A 409 is one of six things, and a 400 may be a state that
 * does not allow what was asked for; only the text tells them apart.
 */
final class Refusals {

  private Refusals() {}

  /**
   * Whether the object is not there. What only does not know the path, a wrong endpoint for
   * example, answers 404, too.
   */
  static boolean saysAbsent(ServiceResponse answer) {
    return answer.status() == 404 && answer.message().contains("could not be found");
  }

  /**
   * @throws doni.backend.BackendException for what a worker can do nothing with
   */
  static Written written(ServiceResponse answer) {
    if (answer.isSuccess()) {
      return Written.DONE;
    }
    String text = answer.message();
    if (saysAbsent(answer)) {
      return Written.ABSENT;
    }
    return switch (answer.status()) {
      case 400 -> badRequest(answer);
      case 403 -> {
        if (text.contains("is protected")) {
          yield new Written.WrongState(text);
        }
        throw answer.refused();
      }
      case 409 -> conflict(answer);
      default -> throw answer.refused();
    };
  }

  private static Written badRequest(ServiceResponse answer) {
    String text = answer.message();
    if (text.contains("can not be performed on node")) {
      return new Written.WrongState(text);
    }
    // The node that a port is to belong to.
    if (text.startsWith("Node ") && text.contains("could not be found")) {
      return Written.ABSENT;
    }
    throw answer.refused();
  }

  private static Written conflict(ServiceResponse answer) {
    String text = answer.message();
    if (text.contains("is locked by host")
        || text.contains("can not be updated while a state transition is in progress")) {
      return Written.LOCKED;
    }
    if (text.startsWith("A node with name")) {
      return new Written.Taken(Written.Key.NAME, text);
    }
    if (text.startsWith("A node with UUID")) {
      return new Written.Taken(Written.Key.UUID, text);
    }
    if (text.startsWith("A port with MAC address")) {
      return new Written.Taken(Written.Key.MAC_ADDRESS, text);
    }
    boolean wrongState =
        text.contains("can not have any connectivity attributes")
            || text.contains("can not have resource_class updated")
            || text.contains("Cannot update hardware address")
            || text.startsWith("Can not delete node")
            || text.contains("is associated with instance")
            // A port that is attached to a network of its user.
            || text.contains("VIF");
    if (wrongState) {
      return new Written.WrongState(text);
    }
    throw answer.refused();
  }
}

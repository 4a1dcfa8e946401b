package doni.simulator.kubernetes;

import tools.jackson.databind.node.ObjectNode;

/**
 * A change of an object.
 *
 * @param object as it is afterwards; of a deleted one as it was, with the version of its deletion
 */
record ObjectEvent(Kind kind, Type type, ObjectNode object, long version) {

  enum Type {
    ADDED,
    MODIFIED,
    DELETED
  }
}

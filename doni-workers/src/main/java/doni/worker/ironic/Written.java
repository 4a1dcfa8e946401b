package doni.worker.ironic;

/** What became of a write that Ironic understood. */
sealed interface Written {

  record Done() implements Written {}

  /** There is no such node or port (any more). */
  record Absent() implements Written {}

  /** A conductor holds the node, or a change of its state is under way. */
  record Locked() implements Written {}

  /**
   * Another object has what must be unique.
   *
   * @param text Ironic's words, which name it
   */
  record Taken(Key key, String text) implements Written {}

  /**
   * Not in the node's present state.
   *
   * @param text Ironic's words
   */
  record WrongState(String text) implements Written {}

  /** What must be unique. */
  enum Key {
    UUID,
    NAME,
    MAC_ADDRESS
  }

  Written DONE = new Done();
  Written ABSENT = new Absent();
  Written LOCKED = new Locked();
}

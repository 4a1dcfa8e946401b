package doni.worker.tunelo;

import doni.worker.tunelo.TuneloObservedState.TuneloChannel;

/** The answer to a write that Tunelo understood. */
sealed interface TuneloWriteResult {

  TuneloWriteResult DELETED = new Deleted();
  TuneloWriteResult ABSENT = new Absent();
  TuneloWriteResult CHANGED = new Changed();

  /** The channel exists; its hub may not be ready yet. */
  record Created(TuneloChannel channel) implements TuneloWriteResult {}

  /**
   * No host of the site can run a hub yet; nothing was created.
   *
   * @param text Tunelo's words
   */
  record NotReady(String text) implements TuneloWriteResult {}

  record Deleted() implements TuneloWriteResult {}

  /** No channel of the device has that uuid; nothing was deleted. */
  record Absent() implements TuneloWriteResult {}

  /** The channel has a hub again, so that it stays; nothing was deleted. */
  record Changed() implements TuneloWriteResult {}
}

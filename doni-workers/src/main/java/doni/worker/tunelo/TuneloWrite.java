package doni.worker.tunelo;

import doni.worker.Change;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;

/** One write to Tunelo. A channel is never updated: Tunelo then cuts it off from its hub. */
sealed interface TuneloWrite {

  /** Returns what the write changes. */
  Change change();

  /** Creates a channel with a key that no channel has. */
  record CreateChannel(DesiredChannel channel) implements TuneloWrite {
    @Override
    public Change change() {
      return new Change(
          Change.Action.CREATE, "channel " + channel.name(), null, "key " + channel.publicKey());
    }
  }

  /**
   * Deletes a channel of the device.
   *
   * @param onlyWithoutHub whether it stays if it has a hub again
   */
  record DeleteChannel(TuneloChannel channel, boolean onlyWithoutHub) implements TuneloWrite {
    @Override
    public Change change() {
      return new Change(
          Change.Action.DELETE, "channel " + channel.uuid(), "key " + channel.publicKey(), null);
    }
  }
}

package doni.worker.tunelo;

import doni.worker.Change;
import java.util.List;

/** One thing to do for a device. */
sealed interface Step {

  /** What it writes to the backend. */
  List<Change> changes();

  /** The channel is the device's and serves; it is recorded as it is. */
  record Keep(ChannelWish wish, Channel channel) implements Step {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /** There is no channel with the key yet, as far as was seen. */
  record Create(ChannelWish wish) implements Step {
    @Override
    public List<Change> changes() {
      return List.of(created(wish));
    }
  }

  /**
   * The recorded channel goes, and another one comes.
   *
   * @param former the recorded one, as it was seen
   * @param hubLost whether that is because it has no hub any more
   */
  record Replace(ChannelWish wish, Channel former, boolean hubLost) implements Step {
    @Override
    public List<Change> changes() {
      return List.of(deleted(former.uuid()), created(wish));
    }
  }

  /** A channel of the device that it is not to have (any more). */
  record Remove(String uuid) implements Step {
    @Override
    public List<Change> changes() {
      return List.of(deleted(uuid));
    }
  }

  /** Nothing can be done for the wish yet. */
  record Postpone(ChannelWish wish, Wait delay) implements Step {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /** Nothing can be done for the entry until somebody changes it. */
  record Refuse(String name, String reason) implements Step {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  static Change created(ChannelWish wish) {
    return Change.create("channel " + wish.name());
  }

  static Change deleted(String uuid) {
    return Change.delete("channel " + uuid);
  }
}

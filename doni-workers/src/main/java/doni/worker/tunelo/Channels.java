package doni.worker.tunelo;

import doni.worker.LanePause;
import java.util.List;
import java.util.Optional;

/**
 * The channels of the site.
 *
 * <p>Every method but {@link #hold} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none or when it is one that a worker can do nothing
 * with.
 */
interface Channels {

  /** What a listing came to. */
  sealed interface Listed {
    /** All channels of the site. */
    record All(List<Channel> channels) implements Listed {
      public All {
        channels = List.copyOf(channels);
      }
    }

    /** One odd port anywhere at the site keeps it from being listed. */
    record Unreadable(String reason) implements Listed {}
  }

  /** What a creation came to. */
  sealed interface Created {
    record Made(Channel channel) implements Created {}

    /** The network side is not there yet. */
    record NotReady(String reason) implements Created {}
  }

  /** Why nothing can be asked at the moment; from memory. */
  Optional<LanePause> hold();

  /** The project in which channels are made; one hub belongs to it. */
  String project();

  Listed list();

  /** Empty also when the uuid is that of something else than a channel. */
  Optional<Channel> find(String uuid);

  /** Makes another channel, also when there is one with that key. */
  Created create(ChannelWish wish);

  /**
   * Removes whatever has that uuid: any port of the site. So it must have been found to be ours
   * just now.
   */
  void delete(String uuid);
}

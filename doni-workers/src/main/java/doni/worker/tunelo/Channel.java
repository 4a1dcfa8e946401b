package doni.worker.tunelo;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel as Tunelo has it. Its own status is not kept: it is DOWN for ever.
 *
 * @param publicKey the device's, the only thing that tells whose channel it is
 * @param ip the device's address in the tunnel, for the channel's whole life
 */
record Channel(
    String uuid,
    String type,
    String publicKey,
    @Nullable String ip,
    @Nullable String endpoint,
    List<Peer> peers) {

  /** Of several with the same key: every replica must choose the same one. */
  static final Comparator<Channel> BEST_FIRST =
      Comparator.comparing((Channel channel) -> channel.peers().isEmpty())
          .thenComparing(channel -> channel.peers().stream().noneMatch(Peer::active))
          .thenComparing(Channel::uuid);

  /** What became of the hub, as seen from a channel. */
  enum Hub {
    READY,
    /** Its interface is not made yet. */
    NOT_READY,
    /** There is none (any more), and there will be none for this channel. */
    LOST
  }

  Channel {
    peers = List.copyOf(peers);
  }

  Hub hub() {
    if (peers.isEmpty()) {
      return Hub.LOST;
    }
    return peers.stream().allMatch(Peer::isComplete) ? Hub.READY : Hub.NOT_READY;
  }

  boolean serves(ChannelWish wish) {
    return type.equals(wish.type()) && publicKey.equals(wish.publicKey());
  }
}

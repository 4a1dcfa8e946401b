package doni.worker.tunelo;

import doni.worker.LanePause;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The channels of the site.
 *
 * <p>Every method but {@link #lanePause} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none, or one that no worker handles.
 */
interface TuneloClient {

  /** Returns why no call is sent at the moment; from memory. */
  Optional<LanePause> lanePause();

  /** Returns the project in which channels are created; they share one hub. */
  String project();

  ChannelListing list();

  /** Returns the channel; empty also when the uuid belongs to something else. */
  Optional<TuneloChannel> find(String uuid);

  /** Creates a channel, even if another one has the same key. */
  TuneloWriteResult create(DesiredChannel channel);

  /**
   * Deletes any port of the site that has the uuid, not only a channel. Only {@link DeletionGuard}
   * calls it.
   */
  TuneloWriteResult delete(String uuid);

  /** All channels of the site, or the reason why Tunelo cannot list them. */
  final class ChannelListing {

    private final Map<String, TuneloChannel> byUuid;
    private final Map<String, List<TuneloChannel>> byKey;
    private final Optional<String> unreadable;

    private ChannelListing(List<TuneloChannel> all, Optional<String> unreadable) {
      this.unreadable = unreadable;
      byUuid =
          all.stream()
              .collect(Collectors.toMap(TuneloChannel::uuid, Function.identity(), (a, _) -> a));
      byKey = all.stream().collect(Collectors.groupingBy(TuneloChannel::publicKey));
    }

    static ChannelListing of(List<TuneloChannel> all) {
      return new ChannelListing(all, Optional.empty());
    }

    /** One port of an unknown type, anywhere at the site, breaks the listing of all channels. */
    static ChannelListing unreadable(String reason) {
      return new ChannelListing(List.of(), Optional.of(reason));
    }

    /** Returns why the channels are unknown; then a channel that is missing here may exist. */
    Optional<String> unreadable() {
      return unreadable;
    }

    int size() {
      return byUuid.size();
    }

    Optional<TuneloChannel> uuid(String uuid) {
      return Optional.ofNullable(byUuid.get(uuid));
    }

    List<TuneloChannel> key(String publicKey) {
      return byKey.getOrDefault(publicKey, List.of());
    }
  }
}

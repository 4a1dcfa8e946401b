package doni.worker.tunelo;

import doni.enrollment.HardwareId;
import doni.worker.ConflictFinder;
import doni.worker.ConflictFinder.Conflict;
import doni.worker.SharedNames;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The other devices that claim a key, and with it a channel. Tunelo does not record whose a channel
 * is, so two devices with one key would share a channel, or take it from each other.
 *
 * @param others the earliest first
 */
record ChannelOwnership(List<Conflict> others) {

  /** The ownership of a key for which no device was looked up: another device may claim it. */
  static final ChannelOwnership UNKNOWN =
      new ChannelOwnership(
          List.of(
              new Conflict(
                  HardwareId.parse("00000000-0000-0000-0000-000000000000"),
                  true,
                  false,
                  true,
                  true)));

  ChannelOwnership {
    others = List.copyOf(others);
  }

  /**
   * A device because of which another one cannot have a channel with a key.
   *
   * @param leaving whether it no longer wants the key, and still has to give up its channel
   */
  record KeyHolder(boolean leaving) {}

  static ChannelOwnership of(ConflictFinder finder, HardwareId asking, String publicKey) {
    Map<String, Object> channel = Map.of(SharedNames.PUBLIC_KEY, publicKey);
    return new ChannelOwnership(
        finder.find(
            asking,
            TuneloWorker.TYPE,
            new ConflictFinder.ConflictQuery(
                List.of(
                    Map.of(SharedNames.CHANNELS, Map.of(SharedNames.USER_CHANNEL, channel)),
                    Map.of(SharedNames.CHANNELS, Map.of(SharedNames.MANAGEMENT_CHANNEL, channel))),
                Map.of(TuneloRecordedState.OWNED, List.of(channel)))));
  }

  /** Returns the device that has a better claim to the key than the asking one. */
  Optional<KeyHolder> holder() {
    for (Conflict other : others) {
      boolean wants = other.wants() && !other.deleted();
      if (wants && (other.reports() || other.earlier())) {
        return Optional.of(new KeyHolder(false));
      }
      if (other.reports()) {
        return Optional.of(new KeyHolder(true));
      }
    }
    return Optional.empty();
  }

  /** Returns the devices that may be waiting until the asking one gives up the key. */
  Set<String> claimants() {
    return others.stream()
        .filter(other -> other.wants() && !other.deleted())
        .map(other -> other.id().toString())
        .collect(Collectors.toSet());
  }

  /** Returns whether a channel with the key may belong to another device. */
  boolean isElsewhere() {
    return others.stream()
        .anyMatch(other -> other.reports() || (other.wants() && !other.deleted()));
  }
}

package doni.worker.tunelo;

import doni.worker.SharedNames;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Tunelo has of a device's channels, as far as the attempt needs to know.
 *
 * @param channels by uuid: the recorded ones that exist, and those with a key that was looked up
 * @param owners by key, where it matters whether another device claims it
 * @param unlisted why keys could not be looked up; then a channel with a key may exist unseen
 * @param at when the attempt began: channels of other devices may have changed since
 */
record TuneloObservedState(
    Map<String, TuneloChannel> channels,
    Map<String, ChannelOwnership> owners,
    Optional<String> unlisted,
    Instant at) {

  /** A hub that takes longer to be ready is waited for at the engine's own pace. */
  static final Duration HUB_EXPECTED_WITHIN = Duration.ofMinutes(5);

  /** How often to observe a hub that is about to be ready. */
  static final Duration HUB_CHECK = Duration.ofSeconds(10);

  TuneloObservedState {
    channels = Map.copyOf(channels);
    owners = Map.copyOf(owners);
  }

  Optional<TuneloChannel> channel(String uuid) {
    return Optional.ofNullable(channels.get(uuid));
  }

  /** Returns the channels with the key, the best first. */
  List<TuneloChannel> withKey(String publicKey) {
    return channels.values().stream()
        .filter(channel -> channel.publicKey().equals(publicKey))
        .sorted(TuneloChannel.BEST_FIRST)
        .toList();
  }

  /** Returns who else claims the key; another device where that was not read. */
  ChannelOwnership owner(String publicKey) {
    return owners.getOrDefault(publicKey, ChannelOwnership.UNKNOWN);
  }

  /** Returns whether a hub of these channels has the key, so that no device can have it. */
  boolean isOfHub(String publicKey) {
    return channels.values().stream()
        .flatMap(channel -> channel.hubs().stream())
        .anyMatch(hub -> publicKey.equals(hub.publicKey()));
  }

  /** What a channel shows of its hub. */
  enum HubState {
    READY,
    /** Its interface does not exist yet. */
    NOT_READY,
    /** The channel has no hub, and never gets one again. */
    LOST
  }

  /**
   * A channel as Tunelo shows it, without its own status, which is always DOWN.
   *
   * @param publicKey the device's key, the only sign of whose channel it is
   * @param ip the device's address in the tunnel, for the channel's whole life
   */
  record TuneloChannel(
      String uuid,
      String type,
      String publicKey,
      @Nullable String ip,
      @Nullable String endpoint,
      List<ChannelHub> hubs) {

    /** Of several with the same key: every replica must choose the same one. */
    static final Comparator<TuneloChannel> BEST_FIRST =
        Comparator.comparing((TuneloChannel channel) -> channel.hubs().isEmpty())
            .thenComparing(channel -> channel.hubs().stream().noneMatch(ChannelHub::active))
            .thenComparing(TuneloChannel::uuid);

    private static final Pattern UUID =
        Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    TuneloChannel {
      hubs = List.copyOf(hubs);
    }

    static boolean isUuid(String text) {
      return UUID.matcher(text).matches();
    }

    HubState hubState() {
      if (hubs.isEmpty()) {
        return HubState.LOST;
      }
      return hubs.stream().allMatch(ChannelHub::isComplete) ? HubState.READY : HubState.NOT_READY;
    }

    boolean hasLostHub() {
      return hubState() == HubState.LOST;
    }

    boolean serves(DesiredChannel desired) {
      return type.equals(desired.type()) && publicKey.equals(desired.publicKey());
    }

    /** Returns what the device's coordinator reads through the API. */
    Map<String, @Nullable Object> report() {
      Map<String, @Nullable Object> report = new LinkedHashMap<>();
      report.put("uuid", uuid);
      report.put("ip", ip);
      report.put("endpoint", endpoint);
      report.put("peers", hubs.stream().map(ChannelHub::report).toList());
      return report;
    }
  }

  /**
   * The hub at the other end of a channel; Tunelo calls it a peer.
   *
   * @param publicKey null until the hub's interface exists
   * @param endpoint {@code address:port} for the device; null until the hub's interface exists
   * @param ip its address in the tunnel
   * @param active whether its interface is up; says nothing about the device
   */
  record ChannelHub(
      String uuid,
      @Nullable String publicKey,
      @Nullable String endpoint,
      @Nullable String ip,
      boolean active) {

    /** Returns whether it has everything that a device needs. */
    boolean isComplete() {
      return publicKey != null && endpoint != null;
    }

    private Map<String, @Nullable Object> report() {
      Map<String, @Nullable Object> report = new LinkedHashMap<>();
      report.put(SharedNames.PUBLIC_KEY, publicKey);
      report.put("endpoint", endpoint);
      report.put("ip", ip);
      return report;
    }
  }
}

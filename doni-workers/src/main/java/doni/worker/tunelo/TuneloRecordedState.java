package doni.worker.tunelo;

import doni.convergence.StateDetails;
import doni.worker.SharedNames;
import doni.worker.tunelo.TuneloClient.ChannelListing;
import doni.worker.tunelo.TuneloObservedState.HubState;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts, and the writes of this one, have recorded.
 *
 * @param channels by name, as clients read them
 * @param owned the keys of the channels that are ours, by uuid
 * @param changed channels that were ours until another client changed their key, by uuid with our
 *     key; they are left alone, and known until they are gone or have our key again
 * @param unsettledKeys keys with which a channel may exist although its creation was not confirmed
 * @param hubLostSince since when a channel, by uuid, is observed without a hub
 * @param hubAwaitedSince since when a hub is not ready
 * @param failedCreations how many creations in a row Tunelo answered with 500
 */
record TuneloRecordedState(
    Map<String, Object> channels,
    Map<String, String> owned,
    Map<String, String> changed,
    Set<String> unsettledKeys,
    Map<String, Instant> hubLostSince,
    Optional<Instant> hubAwaitedSince,
    int failedCreations) {

  static final String OWNED = "owned_channels";

  private static final String CHANGED = "changed_channels";

  static final TuneloRecordedState NOTHING =
      new TuneloRecordedState(
          Map.of(), Map.of(), Map.of(), Set.of(), Map.of(), Optional.empty(), 0);

  /** Which of the device's keys are missing, in words. */
  static final String WAITING_FOR = "waiting_for";

  private static final String UUID = "uuid";
  private static final String UNSETTLED_KEYS = "unsettled_keys";
  private static final String HUB_LOST_SINCE = "hub_lost_since";
  private static final String HUB_AWAITED_SINCE = "hub_awaited_since";
  private static final String FAILED_CREATIONS = "failed_creations";

  TuneloRecordedState {
    channels = Collections.unmodifiableMap(new TreeMap<>(channels));
    owned = Collections.unmodifiableMap(new LinkedHashMap<>(owned));
    changed = Collections.unmodifiableMap(new LinkedHashMap<>(changed));
    unsettledKeys = Collections.unmodifiableSet(new LinkedHashSet<>(unsettledKeys));
    hubLostSince = Collections.unmodifiableMap(new TreeMap<>(hubLostSince));
  }

  static TuneloRecordedState of(StateDetails details) {
    Map<String, Object> channels = new TreeMap<>();
    details
        .object(SharedNames.CHANNELS)
        .forEach((name, channel) -> {
          if (uuidOf(channel).isPresent()) {
            channels.put(name, channel);
          }
        });
    StateDetails lost = new StateDetails(details.object(HUB_LOST_SINCE));
    Map<String, Instant> lostSince = new TreeMap<>();
    lost.values()
        .keySet()
        .forEach(uuid -> lost.instant(uuid).ifPresent(since -> lostSince.put(uuid, since)));
    return new TuneloRecordedState(
        channels,
        keysByUuid(details, OWNED),
        keysByUuid(details, CHANGED),
        new LinkedHashSet<>(details.texts(UNSETTLED_KEYS)),
        lostSince,
        details.instant(HUB_AWAITED_SINCE),
        details.number(FAILED_CREATIONS).orElse(0L).intValue());
  }

  private static Map<String, String> keysByUuid(StateDetails details, String name) {
    Map<String, String> owned = new LinkedHashMap<>();
    if (details.values().get(name) instanceof List<?> list) {
      for (Object one : list) {
        if (one instanceof Map<?, ?> entry) {
          uuidOf(entry)
              .ifPresent(
                  uuid -> owned.put(uuid, String.valueOf(entry.get(SharedNames.PUBLIC_KEY))));
        }
      }
    }
    return owned;
  }

  /** Only a well-formed uuid ever becomes part of a URL. */
  private static Optional<String> uuidOf(Object channel) {
    return channel instanceof Map<?, ?> entry
            && entry.get(UUID) instanceof String text
            && TuneloChannel.isUuid(text)
        ? Optional.of(text)
        : Optional.empty();
  }

  Optional<String> uuid(String name) {
    return Optional.ofNullable(channels.get(name)).flatMap(TuneloRecordedState::uuidOf);
  }

  Set<String> uuids() {
    Set<String> all = new LinkedHashSet<>(owned.keySet());
    all.addAll(changed.keySet());
    channels.values().forEach(channel -> uuidOf(channel).ifPresent(all::add));
    return all;
  }

  /**
   * Returns whether a recorded channel is missing at Tunelo or is not as it was recorded: has
   * another key, another hub, or none.
   */
  boolean differsFrom(ChannelListing site) {
    boolean changed =
        channels.values().stream()
            .anyMatch(channel ->
                !uuidOf(channel)
                    .flatMap(site::uuid)
                    .map(TuneloChannel::report)
                    .filter(channel::equals)
                    .isPresent());
    return changed
        || owned.entrySet().stream()
            .anyMatch(one ->
                site.uuid(one.getKey())
                    .filter(channel -> channel.publicKey().equals(one.getValue()))
                    .isEmpty());
  }

  /** Returns the keys that the device has or had: a channel with another key is not ours. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>(owned.values());
    keys.addAll(changed.values());
    keys.addAll(unsettledKeys);
    return keys;
  }

  /** Returns the keys that no entry of the device has any more, but a channel may. */
  Set<String> formerKeys(TuneloDesiredState desired) {
    Set<String> former = new LinkedHashSet<>(unsettledKeys);
    former.removeAll(desired.keys());
    return former;
  }

  Instant lostSince(TuneloChannel channel, Instant now) {
    return hubLostSince.getOrDefault(channel.uuid(), now);
  }

  TuneloRecordedState withChannel(String name, TuneloChannel channel) {
    Map<String, Object> all = new TreeMap<>(channels);
    all.put(name, channel.report());
    Map<String, String> ours = new LinkedHashMap<>(owned);
    ours.put(channel.uuid(), channel.publicKey());
    Set<String> unsettled = new LinkedHashSet<>(unsettledKeys);
    unsettled.remove(channel.publicKey());
    return new TuneloRecordedState(all, ours, changed, unsettled, hubLostSince, hubAwaitedSince, 0);
  }

  TuneloRecordedState without(String uuid) {
    Map<String, Object> all = new TreeMap<>(channels);
    all.values().removeIf(channel -> uuidOf(channel).filter(uuid::equals).isPresent());
    Map<String, String> ours = new LinkedHashMap<>(owned);
    ours.remove(uuid);
    Map<String, String> others = new LinkedHashMap<>(changed);
    others.remove(uuid);
    Map<String, Instant> lost = new TreeMap<>(hubLostSince);
    lost.remove(uuid);
    return new TuneloRecordedState(
        all, ours, others, unsettledKeys, lost, hubAwaitedSince, failedCreations);
  }

  /** Returns this state with a channel of the device whose key another client has changed. */
  private TuneloRecordedState withChanged(String uuid) {
    String key = owned.get(uuid);
    if (key == null) {
      return this;
    }
    TuneloRecordedState rest = without(uuid);
    Map<String, String> others = new LinkedHashMap<>(changed);
    others.put(uuid, key);
    return new TuneloRecordedState(
        rest.channels,
        rest.owned,
        others,
        unsettledKeys,
        rest.hubLostSince,
        hubAwaitedSince,
        failedCreations);
  }

  /** Returns this state with a key whose channel may exist although no answer confirms it. */
  TuneloRecordedState withUnsettledKey(String publicKey) {
    Set<String> unsettled = new LinkedHashSet<>(unsettledKeys);
    unsettled.add(publicKey);
    return new TuneloRecordedState(
        channels, owned, changed, unsettled, hubLostSince, hubAwaitedSince, failedCreations);
  }

  TuneloRecordedState withFailedCreation() {
    return new TuneloRecordedState(
        channels,
        owned,
        changed,
        unsettledKeys,
        hubLostSince,
        hubAwaitedSince,
        failedCreations + 1);
  }

  /** Returns what stays recorded of a device for which nothing is left to write. */
  TuneloRecordedState concluded(
      TuneloDesiredState desired, TuneloDrift drift, TuneloObservedState observed) {
    TuneloRecordedState state = this;
    for (String uuid : drift.forgotten()) {
      state = state.without(uuid);
    }
    for (String uuid : drift.changed().keySet()) {
      state = state.withChanged(uuid);
    }
    Map<String, Instant> lost = new TreeMap<>();
    Optional<Instant> awaited = Optional.empty();
    for (Map.Entry<String, TuneloChannel> settled : drift.settled().entrySet()) {
      TuneloChannel channel = settled.getValue();
      state = state.withChannel(settled.getKey(), channel);
      if (channel.hasLostHub()) {
        lost.put(channel.uuid(), lostSince(channel, observed.at()));
      } else if (channel.hubState() == HubState.NOT_READY) {
        awaited = hubAwaitedSince.or(() -> Optional.of(observed.at()));
      }
    }
    Map<String, Object> all = new TreeMap<>(state.channels);
    all.keySet().retainAll(desired.names());
    Set<String> unsettled = new LinkedHashSet<>(state.unsettledKeys);
    if (observed.unlisted().isEmpty()) {
      unsettled.removeAll(formerKeys(desired));
    }
    return new TuneloRecordedState(
        all, state.owned, state.changed, unsettled, lost, awaited, state.failedCreations);
  }

  /** Returns all of it as a report; what is absent here is removed there. */
  Map<String, @Nullable Object> details(TuneloDesiredState desired) {
    Map<String, String> lost = new TreeMap<>();
    hubLostSince.forEach((uuid, since) -> lost.put(uuid, since.toString()));
    return StateDetails.report()
        .put(SharedNames.CHANNELS, channels)
        .put(OWNED, report(owned))
        .put(CHANGED, report(changed))
        .put(UNSETTLED_KEYS, unsettledKeys)
        .put(HUB_LOST_SINCE, lost)
        .put(HUB_AWAITED_SINCE, hubAwaitedSince)
        .put(FAILED_CREATIONS, failedCreations == 0 ? null : failedCreations)
        .put(
            WAITING_FOR,
            desired.withoutKey().isEmpty()
                ? null
                : "the device's key (" + String.join(", ", desired.withoutKey()) + ")")
        .build();
  }

  private static List<Map<String, String>> report(Map<String, String> keysByUuid) {
    return keysByUuid.entrySet().stream()
        .map(one -> Map.of(UUID, one.getKey(), SharedNames.PUBLIC_KEY, one.getValue()))
        .toList();
  }

  /** Returns the details with further keys with which a channel may exist. */
  Map<String, @Nullable Object> unsettledReport(Set<String> keys) {
    Set<String> unsettled = new LinkedHashSet<>(unsettledKeys);
    unsettled.addAll(keys);
    return StateDetails.report().put(UNSETTLED_KEYS, unsettled).build();
  }
}

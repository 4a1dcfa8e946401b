package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt has come to so far. It begins with what is on record and follows every write, so
 * that the details are right whenever the attempt ends.
 */
final class Report {

  /** How long a hub may take before it is nothing unusual to wait for any more. */
  static final Duration HUB_SOON = Duration.ofMinutes(5);

  static final Duration HUB_LOOK = Duration.ofSeconds(10);

  /** A channel without a peer is rebuilt when it is seen so twice, this long apart. */
  static final Duration HUB_LOST_FOR = Duration.ofSeconds(30);

  private static final String WAITING_FOR = "waiting_for";
  private static final int MANY_FAILURES = 10;

  private final Recorded recorded;
  private final Instant now;
  private final Map<String, Object> channels;
  private final Map<String, String> owned;
  private final Set<String> unsettledKeys;
  private final Map<String, Instant> hubLostSince = new LinkedHashMap<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Wait> waits = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final Wishes wishes;
  private boolean hubAwaited;
  private int failedCreations;

  Report(Recorded recorded, Wishes wishes, Instant now) {
    this.recorded = recorded;
    this.wishes = wishes;
    this.now = now;
    this.channels = new TreeMap<>(recorded.channels());
    this.owned = new LinkedHashMap<>(recorded.owned());
    this.unsettledKeys = new LinkedHashSet<>(recorded.unsettledKeys());
    this.failedCreations = recorded.failedCreations();
  }

  /** The channel is the one for the wish. */
  void settled(ChannelWish wish, Channel channel) {
    owned.put(channel.uuid(), channel.publicKey());
    unsettledKeys.remove(wish.publicKey());
    channels.put(wish.name(), described(channel));
    failedCreations = 0;
    switch (channel.hub()) {
      case READY -> {}
      case NOT_READY -> {
        hubAwaited = true;
        boolean soon = recorded.hubAwaitedSince().orElse(now).plus(HUB_SOON).isAfter(now);
        waits.add(new Wait(wish.name() + ": the hub is not ready yet", soon ? HUB_LOOK : null));
      }
      case LOST -> {
        Instant since = recorded.hubLostSince().getOrDefault(channel.uuid(), now);
        hubLostSince.put(channel.uuid(), since);
        Duration left = Duration.between(now, since.plus(HUB_LOST_FOR));
        waits.add(
            new Wait(
                wish.name() + ": the channel has no hub; if that lasts it is made anew",
                left.isPositive() ? left : Duration.ZERO));
      }
    }
  }

  void made(ChannelWish wish, Channel channel) {
    changes.add(Step.created(wish));
    settled(wish, channel);
  }

  /**
   * Records that a creation failed, or that its result is unknown.
   *
   * @return the failure, with a hint where creations keep failing
   */
  BackendException notMade(ChannelWish wish, BackendException e) {
    boolean refused =
        e.kind() == BackendException.Kind.STATUS && e.status() >= 300 && e.status() < 500;
    if (e.write() && !refused) {
      unsettledKeys.add(wish.publicKey());
    }
    if (e.kind() == BackendException.Kind.STATUS && e.status() == 500) {
      failedCreations++;
    }
    return failedCreations < MANY_FAILURES || e.kind() != BackendException.Kind.STATUS
        ? e
        : BackendException.answered(
            e.service(),
            e.status(),
            e.text()
                + " (%d times in a row: is Neutron's port quota of the project, or the subnet, exhausted?)"
                    .formatted(failedCreations),
            e.write(),
            e.retryAfter().orElse(null));
  }

  void deleted(String uuid) {
    changes.add(Step.deleted(uuid));
    forgotten(uuid);
  }

  /** Nothing of ours has that uuid (any more). */
  void forgotten(String uuid) {
    owned.remove(uuid);
    channels.values().removeIf(channel -> uuid.equals(uuidOf(channel)));
  }

  void dropped(String key) {
    unsettledKeys.remove(key);
  }

  /** The hub of a channel stays lost, and its turn has not come. */
  void stillLost(ChannelWish wish, Channel channel, String reason) {
    channels.put(wish.name(), described(channel));
    hubLostSince.put(channel.uuid(), recorded.hubLostSince().getOrDefault(channel.uuid(), now));
    waits.add(new Wait(wish.name() + ": " + reason, RebuildBrake.LOOK_AGAIN));
  }

  void postponed(String name, Wait wait) {
    waits.add(new Wait(name + ": " + wait.reason(), wait.after()));
  }

  void refused(String name, String reason) {
    refusals.add(name + ": " + reason);
  }

  /** How an attempt ends in which every step was done. */
  Outcome outcome() {
    channels.keySet().retainAll(wishes.names());
    if (!refusals.isEmpty()) {
      return new Outcome.Failed(
          Stream.concat(refusals.stream(), waits.stream().map(Wait::reason))
              .collect(Collectors.joining("; ")),
          !waits.isEmpty(),
          soonest(),
          details());
    }
    if (!waits.isEmpty()) {
      String reasons = waits.stream().map(Wait::reason).collect(Collectors.joining("; "));
      return new Outcome.Deferred(reasons, soonest(), details());
    }
    return new Outcome.Synced(details(), changes);
  }

  List<Change> changes() {
    return changes;
  }

  /** Returns what must be recorded although a call failed; empty where nothing has changed. */
  Map<String, @Nullable Object> unfinishedDetails() {
    boolean changed =
        !changes.isEmpty()
            || failedCreations != recorded.failedCreations()
            || !unsettledKeys.equals(recorded.unsettledKeys())
            || !owned.equals(recorded.owned());
    return changed ? details() : Map.of();
  }

  Map<String, @Nullable Object> details() {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    details.put(Recorded.CHANNELS, channels.isEmpty() ? null : channels);
    details.put(
        Recorded.OWNED,
        owned.isEmpty()
            ? null
            : owned.entrySet().stream()
                .map(one -> Map.of("uuid", one.getKey(), "public_key", one.getValue()))
                .toList());
    details.put(
        Recorded.UNSETTLED_KEYS, unsettledKeys.isEmpty() ? null : List.copyOf(unsettledKeys));
    Map<String, String> lost = new TreeMap<>();
    hubLostSince.forEach((uuid, since) -> lost.put(uuid, since.toString()));
    details.put(Recorded.HUB_LOST_SINCE, lost.isEmpty() ? null : lost);
    details.put(
        Recorded.HUB_AWAITED_SINCE,
        hubAwaited ? recorded.hubAwaitedSince().orElse(now).toString() : null);
    details.put(Recorded.FAILED_CREATIONS, failedCreations == 0 ? null : failedCreations);
    details.put(
        WAITING_FOR,
        wishes.withoutKey().isEmpty()
            ? null
            : "the device's key (" + String.join(", ", wishes.withoutKey()) + ")");
    return details;
  }

  private @Nullable Duration soonest() {
    return waits.stream()
        .map(Wait::after)
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** What the device's coordinator reads through the API. */
  private static Map<String, @Nullable Object> described(Channel channel) {
    Map<String, @Nullable Object> described = new LinkedHashMap<>();
    described.put("uuid", channel.uuid());
    described.put("ip", channel.ip());
    described.put("endpoint", channel.endpoint());
    described.put(
        "peers",
        channel.peers().stream()
            .map(peer -> {
              Map<String, @Nullable Object> one = new LinkedHashMap<>();
              one.put("public_key", peer.publicKey());
              one.put("endpoint", peer.endpoint());
              one.put("ip", peer.ip());
              return one;
            })
            .toList());
    return described;
  }

  private static @Nullable Object uuidOf(Object channel) {
    return channel instanceof Map<?, ?> entry ? entry.get("uuid") : null;
  }
}

package doni.worker.tunelo;

import doni.worker.Change;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.tunelo.ChannelOwnership.KeyHolder;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import doni.worker.tunelo.TuneloWrite.CreateChannel;
import doni.worker.tunelo.TuneloWrite.DeleteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the desired and the observed channels of a device.
 *
 * @param writes what removes the difference, in order: all deletions, then all creations
 * @param settled the channels that serve an entry, by its name; their hub may not be ready
 * @param rebuilds the channels that have been without a hub for too long, by name
 * @param waits what must happen first outside
 * @param refusals why an entry gets no channel until its owner changes something, by name
 * @param forgotten recorded uuids with which no channel exists any more
 * @param changed recorded channels whose key another client has changed, by uuid: they may serve
 *     that client now and are left alone
 */
record TuneloDrift(
    List<TuneloWrite> writes,
    Map<String, TuneloChannel> settled,
    Map<String, TuneloChannel> rebuilds,
    List<ChannelWait> waits,
    Map<String, String> refusals,
    Set<String> forgotten,
    Map<String, TuneloChannel> changed) {

  /** A channel is rebuilt when it is observed without a hub twice, this long apart. */
  static final Duration HUB_LOST_FOR = Duration.ofSeconds(30);

  private static final Duration UNTIL_RELEASED = Duration.ofSeconds(10);

  /** The end of the other device makes this one due, unless that one never had a channel. */
  private static final Duration UNTIL_CHANGED = Duration.ofMinutes(1);

  /**
   * Something outside that must happen before an entry can have its channel.
   *
   * @param name of the entry
   * @param after how long to wait at most; null leaves it to the engine's backoff
   */
  record ChannelWait(String name, String reason, @Nullable Duration after) {

    String text() {
      return name + ": " + reason;
    }
  }

  TuneloDrift {
    writes = List.copyOf(writes);
    settled = Collections.unmodifiableMap(new LinkedHashMap<>(settled));
    rebuilds = Collections.unmodifiableMap(new LinkedHashMap<>(rebuilds));
    waits = List.copyOf(waits);
    refusals = Collections.unmodifiableMap(new LinkedHashMap<>(refusals));
    forgotten = Collections.unmodifiableSet(new LinkedHashSet<>(forgotten));
    changed = Collections.unmodifiableMap(new LinkedHashMap<>(changed));
  }

  /**
   * @param postponed entries for which this attempt writes nothing any more, by name
   */
  static TuneloDrift between(
      TuneloDesiredState desired,
      TuneloObservedState observed,
      TuneloRecordedState recorded,
      Map<String, ChannelWait> postponed) {
    Comparison comparison = new Comparison(desired, observed, recorded, postponed);
    return desired.deleted() ? comparison.deleted() : comparison.enrolled();
  }

  /** Returns the channels that are left alone, because another client has changed their key. */
  Optional<UnrepairedDrift> unrepaired() {
    return changed.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new UnrepairedDrift(
                changed.values().stream()
                    .map(channel ->
                        Change.update(
                            "channel %s, changed by another client and left alone"
                                .formatted(channel.uuid()),
                            "key " + channel.publicKey(),
                            null))
                    .toList(),
                "another client changed the key of channel %s of this device, so it is left alone; delete it in Tunelo if it is not needed"
                    .formatted(String.join(", ", changed.keySet()))));
  }

  List<Change> changes() {
    return writes.stream().map(TuneloWrite::change).toList();
  }

  private static final class Comparison {

    private final TuneloDesiredState desired;
    private final TuneloObservedState observed;
    private final TuneloRecordedState recorded;
    private final Map<String, ChannelWait> postponed;
    private final Set<String> ownKeys;
    private final Set<String> inUse = new LinkedHashSet<>();
    private final Set<String> withoutHub = new LinkedHashSet<>();
    private final List<TuneloWrite> deletions = new ArrayList<>();
    private final List<TuneloWrite> creations = new ArrayList<>();
    private final Map<String, TuneloChannel> settled = new LinkedHashMap<>();
    private final Map<String, TuneloChannel> rebuilds = new LinkedHashMap<>();
    private final List<ChannelWait> waits = new ArrayList<>();
    private final Map<String, String> refusals;
    private final Set<String> forgotten = new LinkedHashSet<>();
    private final Map<String, TuneloChannel> changed = new LinkedHashMap<>();

    Comparison(
        TuneloDesiredState desired,
        TuneloObservedState observed,
        TuneloRecordedState recorded,
        Map<String, ChannelWait> postponed) {
      this.desired = desired;
      this.observed = observed;
      this.recorded = recorded;
      this.postponed = postponed;
      this.ownKeys = new LinkedHashSet<>(recorded.keys());
      ownKeys.addAll(desired.keys());
      this.refusals = new LinkedHashMap<>(desired.refused());
    }

    TuneloDrift deleted() {
      deleteRecorded();
      ownKeys.forEach(this::deleteUnrecorded);
      return result();
    }

    TuneloDrift enrolled() {
      // A refused entry keeps its channel until its owner has corrected it.
      desired.refused().keySet().forEach(name -> recorded.uuid(name).ifPresent(inUse::add));
      desired.channels().forEach(this::compare);
      deleteRecorded();
      desired.keys().forEach(this::deleteUnrecorded);
      recorded.formerKeys(desired).forEach(this::deleteUnrecorded);
      return result();
    }

    private TuneloDrift result() {
      List<TuneloWrite> writes = new ArrayList<>(deletions);
      writes.addAll(creations);
      return new TuneloDrift(writes, settled, rebuilds, waits, refusals, forgotten, changed);
    }

    private void compare(DesiredChannel channel) {
      Optional<TuneloChannel> own = recorded.uuid(channel.name()).flatMap(observed::channel);
      if (observed.isOfHub(channel.publicKey())) {
        own.ifPresent(it -> inUse.add(it.uuid()));
        refusals.put(
            channel.name(), "public_key is that of the hub; set the device's own public key");
        return;
      }
      Optional<TuneloChannel> serving = own.filter(it -> it.serves(channel));
      if (serving.isEmpty()) {
        replace(channel, own);
      } else if (serving.get().hasLostHub() && hasOtherWithHub(channel)) {
        // A stalled replica created another channel, and that one has a hub.
        replace(channel, serving);
      } else {
        keep(channel, serving.get());
      }
    }

    private boolean hasOtherWithHub(DesiredChannel channel) {
      return observed.withKey(channel.publicKey()).stream()
          .anyMatch(other -> other.serves(channel) && !other.hasLostHub());
    }

    private void keep(DesiredChannel channel, TuneloChannel own) {
      Instant lostUntil = recorded.lostSince(own, observed.at()).plus(HUB_LOST_FOR);
      if (!own.hasLostHub() || lostUntil.isAfter(observed.at())) {
        settle(channel, own);
        return;
      }
      rebuilds.put(channel.name(), own);
      Optional<ChannelWait> wait = postponement(channel);
      if (wait.isPresent()) {
        inUse.add(own.uuid());
        settled.put(channel.name(), own);
        waits.add(wait.get());
      } else {
        withoutHub.add(own.uuid());
        creations.add(new CreateChannel(channel));
      }
    }

    private void settle(DesiredChannel channel, TuneloChannel own) {
      inUse.add(own.uuid());
      settled.put(channel.name(), own);
      switch (own.hubState()) {
        case READY -> {}
        case NOT_READY -> {
          Instant since = recorded.hubAwaitedSince().orElse(observed.at());
          boolean expected =
              since.plus(TuneloObservedState.HUB_EXPECTED_WITHIN).isAfter(observed.at());
          wait(channel, "hub not ready", expected ? TuneloObservedState.HUB_CHECK : null);
        }
        case LOST -> {
          Instant until = recorded.lostSince(own, observed.at()).plus(HUB_LOST_FOR);
          Duration left = Duration.between(observed.at(), until);
          String reason = "channel has no hub; it is replaced if it stays without one";
          wait(channel, reason, left.isPositive() ? left : Duration.ZERO);
        }
      }
    }

    /**
     * @param former the recorded channel, which does not serve the entry
     */
    private void replace(DesiredChannel channel, Optional<TuneloChannel> former) {
      Optional<ChannelWait> wait = postponement(channel);
      Optional<KeyHolder> holder =
          wait.isPresent() ? Optional.empty() : observed.owner(channel.publicKey()).holder();
      if (wait.isPresent() || holder.isPresent()) {
        former.ifPresent(it -> inUse.add(it.uuid()));
        wait.ifPresent(waits::add);
        holder.ifPresent(it -> blocked(channel, it));
        return;
      }
      observed.withKey(channel.publicKey()).stream()
          .filter(it -> it.serves(channel))
          .findFirst()
          .ifPresentOrElse(
              found -> settle(channel, found), () -> creations.add(new CreateChannel(channel)));
    }

    private void blocked(DesiredChannel channel, KeyHolder holder) {
      // The other device may be another project's, so the message does not name it.
      String reason =
          holder.leaving()
              ? "waiting for another device to give up its channel with this key"
              : "public_key is already used by another device; give one of them another key, or delete the other device";
      wait(channel, reason, holder.leaving() ? UNTIL_RELEASED : UNTIL_CHANGED);
    }

    /** What cannot be created again at once must not be deleted. */
    private Optional<ChannelWait> postponement(DesiredChannel channel) {
      return Optional.ofNullable(postponed.get(channel.name()))
          .or(() ->
              observed
                  .unlisted()
                  .map("not created while Tunelo cannot list its channels (%s)"::formatted)
                  .map(reason -> new ChannelWait(channel.name(), reason, null)));
    }

    private void wait(DesiredChannel channel, String reason, @Nullable Duration after) {
      waits.add(new ChannelWait(channel.name(), reason, after));
    }

    private void deleteRecorded() {
      for (String uuid : recorded.uuids()) {
        if (!inUse.contains(uuid)) {
          observed.channel(uuid).ifPresentOrElse(this::deleteOwn, () -> forgotten.add(uuid));
        }
      }
    }

    private void deleteOwn(TuneloChannel channel) {
      if (ownKeys.contains(channel.publicKey())) {
        delete(channel);
      } else {
        changed.put(channel.uuid(), channel);
      }
    }

    /** Deletes what was created and never recorded, or created twice. */
    private void deleteUnrecorded(String key) {
      if (observed.owner(key).isElsewhere()) {
        return;
      }
      Set<String> known = recorded.uuids();
      observed.withKey(key).stream()
          .filter(channel -> !known.contains(channel.uuid()) && !inUse.contains(channel.uuid()))
          .forEach(this::delete);
    }

    private void delete(TuneloChannel channel) {
      deletions.add(new DeleteChannel(channel, withoutHub.contains(channel.uuid())));
    }
  }
}

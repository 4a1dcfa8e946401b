package doni.worker.tunelo;

import doni.backend.SharedSnapshot;
import doni.enrollment.HardwareId;
import doni.worker.ConflictFinder;
import doni.worker.tunelo.TuneloClient.ChannelListing;
import doni.worker.tunelo.TuneloDesiredState.DesiredChannel;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what one attempt needs to know of the site's channels.
 *
 * <p>In a scheduled attempt, a shared listing shows the recorded channels and may be some seconds
 * old; otherwise each is read by its uuid. Before a write, keys are looked up in a listing that was
 * read at most {@link #BEFORE_CREATION} before the attempt, so that many enrollments share it, and
 * in one that is not older than the attempt if an earlier creation was not confirmed. That is
 * recent enough to create a channel: one with the device's key can come only from an earlier
 * attempt for that device, the engine runs one at a time, and each records the key before it
 * creates. What a stalled replica creates nevertheless is found later as a second channel with the
 * key.
 */
final class ChannelReader {

  /** Shorter than the take-over from a dead replica, so that its last creation is seen. */
  private static final Duration BEFORE_CREATION = Duration.ofSeconds(10);

  private final TuneloClient client;
  private final SharedSnapshot<ChannelListing> listing;
  private final ConflictFinder conflicts;
  private final boolean scheduled;
  private final Instant begun;
  private final Set<String> deleted = new HashSet<>();
  private final Map<String, ChannelOwnership> owners = new HashMap<>();

  ChannelReader(
      TuneloClient client,
      SharedSnapshot<ChannelListing> listing,
      ConflictFinder conflicts,
      boolean scheduled,
      Instant begun) {
    this.client = client;
    this.listing = listing;
    this.conflicts = conflicts;
    this.scheduled = scheduled;
    this.begun = begun;
  }

  /** Remembers that this attempt found no such channel any more; the listing may still show it. */
  void deleted(String uuid) {
    deleted.add(uuid);
  }

  /** Returns whether the attempt may be based on the shared listing. */
  boolean isScheduled() {
    return scheduled;
  }

  /**
   * Reads what the attempt needs to know.
   *
   * @param current whether a write follows, so that a scheduled attempt, too, reads each channel
   */
  TuneloObservedState observe(
      TuneloDesiredState desired, TuneloRecordedState recorded, boolean current) {
    Map<String, TuneloChannel> seen = new LinkedHashMap<>();
    return desired.deleted()
        ? observeDeleted(desired, recorded, seen)
        : observeEnrolled(desired, recorded, seen, current || !scheduled);
  }

  private TuneloObservedState observeDeleted(
      TuneloDesiredState desired, TuneloRecordedState recorded, Map<String, TuneloChannel> seen) {
    Set<String> keys = new LinkedHashSet<>(recorded.keys());
    keys.addAll(desired.keys());
    // A device that never had a key never had a channel.
    if (keys.isEmpty() && recorded.uuids().isEmpty()) {
      return new TuneloObservedState(seen, Map.of(), Optional.empty(), begun);
    }
    ChannelListing site = listing.notOlderThan(begun);
    for (String uuid : recorded.uuids()) {
      Optional<TuneloChannel> channel =
          site.unreadable().isPresent() ? client.find(uuid) : site.uuid(uuid);
      channel.filter(this::exists).ifPresent(it -> seen.put(uuid, it));
    }
    keys.forEach(key -> lookUp(site, key, seen));
    return observed(desired, recorded, seen, Set.of(), site.unreadable());
  }

  private TuneloObservedState observeEnrolled(
      TuneloDesiredState desired,
      TuneloRecordedState recorded,
      Map<String, TuneloChannel> seen,
      boolean current) {
    for (String uuid : recorded.uuids()) {
      recorded(uuid, current).ifPresent(channel -> seen.put(uuid, channel));
    }
    Set<String> missing = new LinkedHashSet<>();
    for (DesiredChannel channel : desired.channels()) {
      boolean served =
          recorded
              .uuid(channel.name())
              .map(seen::get)
              .filter(own -> own.serves(channel) && !own.hasLostHub())
              .isPresent();
      if (!served) {
        missing.add(channel.publicKey());
      } else {
        // A second channel with the key is one that a stalled replica created.
        lookUp(listing(recorded, current), channel.publicKey(), seen);
      }
    }
    Set<String> former = recorded.formerKeys(desired);
    Set<String> keys = new LinkedHashSet<>(missing);
    keys.addAll(former);
    // Also one that the device still has: there may be a second channel with it.
    keys.addAll(recorded.unsettledKeys());
    if (keys.isEmpty()) {
      return observed(desired, recorded, seen, missing, Optional.empty());
    }
    // A former key is forgotten after the look-up, so its channel must show.
    ChannelListing site = listing(recorded, current || !former.isEmpty());
    keys.forEach(key -> lookUp(site, key, seen));
    return observed(desired, recorded, seen, missing, site.unreadable());
  }

  /** Returns the listing, as recent as what may have been created unseen demands. */
  private ChannelListing listing(TuneloRecordedState recorded, boolean current) {
    if (!current) {
      return listing.recent();
    }
    return recorded.unsettledKeys().isEmpty()
        ? listing.notOlderThan(begun.minus(BEFORE_CREATION))
        : listing.notOlderThan(begun);
  }

  /** What the listing of a moment ago lacks may have been created since. */
  private Optional<TuneloChannel> recorded(String uuid, boolean current) {
    Optional<TuneloChannel> listed = current ? Optional.empty() : listing.recent().uuid(uuid);
    return listed.isPresent() ? listed : find(uuid);
  }

  /** A channel that was read by its uuid is newer than the listing. */
  private void lookUp(ChannelListing site, String key, Map<String, TuneloChannel> seen) {
    site.key(key).stream()
        .filter(channel -> exists(channel) && !seen.containsKey(channel.uuid()))
        .flatMap(channel -> find(channel.uuid()).stream())
        .filter(channel -> channel.publicKey().equals(key))
        .forEach(channel -> seen.put(channel.uuid(), channel));
  }

  /** Reads a channel; one that is gone may be in the listing for some time. */
  private Optional<TuneloChannel> find(String uuid) {
    Optional<TuneloChannel> found = client.find(uuid);
    if (found.isEmpty()) {
      deleted(uuid);
    }
    return found;
  }

  private boolean exists(TuneloChannel channel) {
    return !deleted.contains(channel.uuid());
  }

  /** Asks who else claims the keys to be used, and those of channels that are not recorded. */
  private TuneloObservedState observed(
      TuneloDesiredState desired,
      TuneloRecordedState recorded,
      Map<String, TuneloChannel> seen,
      Set<String> missing,
      Optional<String> unlisted) {
    Set<String> keys = new LinkedHashSet<>(unlisted.isPresent() ? Set.of() : missing);
    Set<String> known = recorded.uuids();
    seen.values().stream()
        .filter(channel -> !known.contains(channel.uuid()))
        .map(TuneloChannel::publicKey)
        .forEach(keys::add);
    Map<String, ChannelOwnership> claims = new HashMap<>();
    keys.forEach(key -> claims.put(key, owner(desired.device(), key)));
    return new TuneloObservedState(seen, claims, unlisted, begun);
  }

  /** Returns who else claims the key now, after the device gave it up. */
  ChannelOwnership ownerNow(HardwareId device, String key) {
    return ChannelOwnership.of(conflicts, device, key);
  }

  private ChannelOwnership owner(HardwareId device, String key) {
    return owners.computeIfAbsent(key, it -> ChannelOwnership.of(conflicts, device, it));
  }
}

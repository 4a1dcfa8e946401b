package doni.worker.tunelo;

import doni.enrollment.HardwareId;
import doni.worker.ReconcileContext;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What one attempt sees of the site.
 *
 * <p>In a sweep, the shared listing tells of the recorded channels, and may be some seconds old;
 * otherwise each is asked for by its uuid. Keys are always looked up in a listing that is not older
 * than the attempt. That is recent enough to create by: a channel with a device's key can only come
 * from an earlier attempt for that device, and the engine runs one at a time. What a stalled
 * replica makes all the same is found as a second channel with the key, later.
 */
final class Sight {

  private final Means means;
  private final HardwareId device;
  private final boolean routine;
  private final Instant begun;
  private final Set<String> gone = new HashSet<>();

  Sight(Means means, ReconcileContext attempt) {
    this.means = means;
    this.device = attempt.hardware().id();
    this.routine =
        attempt.cause() == ReconcileContext.Cause.SCHEDULED && !attempt.hardware().deleted();
    this.begun = means.clock().instant();
  }

  Instant begun() {
    return begun;
  }

  HardwareId device() {
    return device;
  }

  Optional<Channel> recorded(String uuid) {
    if (routine) {
      SiteChannels site = means.listing().recent();
      if (site.unreadable().isEmpty()) {
        return site.uuid(uuid);
      }
    }
    return means.channels().find(uuid);
  }

  /** Others than the recorded one with the same key, where a listing is at hand. */
  List<Channel> twins(Channel channel) {
    return routine
        ? means.listing().recent().key(channel.publicKey()).stream()
            .filter(other -> !other.uuid().equals(channel.uuid()))
            .toList()
        : List.of();
  }

  /** Why keys cannot be looked up. */
  Optional<String> unreadable() {
    return site().unreadable();
  }

  /** Channels with that key that this attempt has not removed; the best first. */
  List<Channel> withKey(String key) {
    return site().key(key).stream().filter(channel -> !gone.contains(channel.uuid())).toList();
  }

  boolean isListed(String uuid) {
    return site().uuid(uuid).isPresent();
  }

  void removed(String uuid) {
    gone.add(uuid);
  }

  private SiteChannels site() {
    return means.listing().notOlderThan(begun);
  }
}

package doni.worker.tunelo;

import java.util.Optional;
import java.util.Set;

/**
 * The only way to a DELETE. Tunelo deletes any port of the site by its uuid, a server's or the hub
 * itself, so the uuid must be that of a channel, now, and its key one of the device's.
 */
record Removal(Means means, Sight sight, Set<String> ownKeys) {

  /** Whether the channel was deleted; if not, there is none of ours with that uuid. */
  boolean remove(String uuid) {
    Optional<Channel> channel = means.channels().find(uuid);
    return channel.isPresent() && remove(channel.get());
  }

  /**
   * @param justSeen asked for by its uuid just now
   */
  boolean remove(Channel justSeen) {
    if (!ownKeys.contains(justSeen.publicKey())) {
      return false;
    }
    means.channels().delete(justSeen.uuid());
    sight.removed(justSeen.uuid());
    return true;
  }
}

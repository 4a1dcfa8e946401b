package doni.worker.blazar;

import doni.worker.DistributedLock;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Lets as many writes at a time through to Blazar as it can take, of all replicas together.
 *
 * <p>Its API is one process that makes five or so calls to Keystone for a create: sites let at most
 * five tasks at it. Two writes that bring in the same property name, one that nothing at the site
 * has yet, hinder each other.
 */
final class WriteGate {

  private static final int PLACES = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final DistributedLock lock;

  WriteGate(DistributedLock lock) {
    this.lock = lock;
  }

  /**
   * @param uid of the hardware; writes for one never run side by side
   */
  <T> T write(String uid, Supplier<T> write) {
    int place = Math.floorMod(uid.hashCode(), PLACES);
    return lock.runLocked("blazar-write-" + place, PATIENCE, write);
  }

  /** As {@link #write}, and the only one of its sort. */
  <T> T writeNewProperty(String uid, Supplier<T> write) {
    return lock.runLocked("blazar-new-property", PATIENCE, () -> write(uid, write));
  }
}

package doni.worker.blazar;

import doni.backend.BackendException;
import doni.worker.DistributedLock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The access to Blazar that both workers share: the client, the listings, and the order of writes.
 *
 * <p>Blazar's API is one process that makes about five calls to Keystone for a creation. Therefore
 * all replicas together have at most four writes under way, and never two for one piece of
 * hardware. Two writes that introduce the same property name make each other fail.
 */
final class BlazarAccess {

  private static final int PLACES = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final BlazarClient client;
  private final BlazarListings listings;
  private final DistributedLock lock;
  private final Clock clock;

  BlazarAccess(BlazarClient client, DistributedLock lock, Clock clock) {
    this.client = client;
    this.listings = new BlazarListings(client, clock);
    this.lock = lock;
    this.clock = clock;
  }

  BlazarClient client() {
    return client;
  }

  BlazarListings listings() {
    return listings;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * Writes a resource.
   *
   * @param keys the properties that the write sets
   */
  <T> BlazarWriteResult<T> writeResource(
      BlazarDesiredState hardware, Set<String> keys, Supplier<BlazarWriteResult<T>> write) {
    try {
      return introducesName(hardware.kind(), keys)
          ? lock.runLocked("blazar-new-property", PATIENCE, () -> inTurn(hardware, write))
          : inTurn(hardware, write);
    } catch (BackendException e) {
      listings.resources(hardware.kind()).forget();
      throw e;
    }
  }

  /** Writes a lease. */
  <T> BlazarWriteResult<T> writeLease(
      BlazarDesiredState hardware, Supplier<BlazarWriteResult<T>> write) {
    try {
      return inTurn(hardware, write);
    } finally {
      listings.bookings(hardware.kind()).forget();
    }
  }

  private <T> T inTurn(BlazarDesiredState hardware, Supplier<T> write) {
    int place = Math.floorMod(hardware.uid().hashCode(), PLACES);
    return lock.runLocked("blazar-write-" + place, PATIENCE, write);
  }

  private boolean introducesName(ResourceKind kind, Set<String> keys) {
    return !keys.isEmpty() && !listings.resources(kind).beforeCreation().knowsProperties(keys);
  }
}

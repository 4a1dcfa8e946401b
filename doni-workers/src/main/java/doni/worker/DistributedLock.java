package doni.worker;

import doni.backend.BackendException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Lets one thread at a time do something, of all replicas of the site: for backends that a second
 * request at the same time would confuse.
 *
 * <p>Held only as long as the replica lives and reaches the database, so it keeps order, but it is
 * not proof that no other replica acts; a worker recognizes what another one did nevertheless.
 */
public interface DistributedLock {

  /**
   * Does the work while no other thread or replica holds the lock of that name.
   *
   * @param patience how long to wait for it at most
   * @throws BackendException of kind {@link BackendException.Kind#NOT_SENT} when it was not to be
   *     had in time; the work was not begun
   */
  <T> T runLocked(String name, Duration patience, Supplier<T> work);
}

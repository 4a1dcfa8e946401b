package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.SharedSnapshot;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether Balena takes our token.
 *
 * <p>Only {@code whoami} tells. Fleets and device types are public and look empty to a bad token; a
 * 401 can also mean a right that is missing, a resource or a row that does not exist.
 */
final class Access {

  private static final Duration BELIEVED = Duration.ofMinutes(10);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final BalenaApi api;
  private final Optional<LanePause> missing;
  private final Clock clock;
  private final SharedSnapshot<Boolean> accepted;
  private final AtomicReference<@Nullable LanePause> rejected = new AtomicReference<>();

  Access(BalenaApi api, BalenaProperties properties, Clock clock) {
    this.api = api;
    this.missing = properties.missing().map(reason -> new LanePause(reason, null));
    this.clock = clock;
    this.accepted = new SharedSnapshot<>(this::ask, BELIEVED, clock);
  }

  /** Why nothing can be asked: a setting is missing, or the token was rejected just now. */
  Optional<LanePause> hold() {
    if (missing.isPresent()) {
      return missing;
    }
    LanePause hold = rejected.get();
    return hold != null && hold.until() != null && hold.until().isAfter(clock.instant())
        ? Optional.of(hold)
        : Optional.empty();
  }

  /** Makes a call with a token that is known to be good, and finds out what a 401 meant. */
  <T> T with(Supplier<T> call) {
    refuseWhileHeld();
    accepted.recent();
    try {
      return call.get();
    } catch (BackendException e) {
      if (e.status() != 401) {
        throw e;
      }
      confirm();
      throw BackendException.answered(
          BalenaApi.SERVICE,
          401,
          "the token is good, but has no right to this, or what it is about has vanished",
          e.write(),
          null);
    }
  }

  /**
   * Asks again.
   *
   * @throws BackendException when the token is not good
   */
  void confirm() {
    accepted.fresh();
  }

  private boolean ask() {
    refuseWhileHeld();
    try {
      api.get("/actor/v1/whoami");
      return true;
    } catch (BackendException e) {
      if (e.status() != 401) {
        throw e;
      }
      accepted.forget();
      Instant until = clock.instant().plus(PAUSE);
      rejected.set(new LanePause("doni.workers.balena.api-token is rejected by Balena", until));
      refuseWhileHeld();
      throw e;
    }
  }

  private void refuseWhileHeld() {
    Optional<LanePause> hold = hold();
    if (hold.isPresent()) {
      Instant until = hold.get().until();
      throw BackendException.notSent(
          BalenaApi.SERVICE,
          hold.get().reason(),
          until == null ? PAUSE : Duration.between(clock.instant(), until));
    }
  }
}

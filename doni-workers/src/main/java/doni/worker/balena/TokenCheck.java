package doni.worker.balena;

import doni.backend.BackendException;
import doni.backend.SharedSnapshot;
import doni.convergence.FailureClassifier;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether Balena accepts our token.
 *
 * <p>Only {@code whoami} shows it. Fleets and device types are public and look empty to a rejected
 * token; a 401 can also mean a missing permission, or a resource or a row that does not exist.
 */
final class TokenCheck {

  private static final Duration ACCEPTED_TTL = Duration.ofMinutes(10);
  private static final Duration PAUSE = FailureClassifier.CREDENTIAL_CHECK;

  private final BalenaApi api;
  private final Optional<LanePause> missingSetting;
  private final Clock clock;
  private final SharedSnapshot<Boolean> accepted;
  private final AtomicReference<@Nullable LanePause> rejected = new AtomicReference<>();

  TokenCheck(BalenaApi api, BalenaProperties properties, Clock clock) {
    this.api = api;
    this.missingSetting = properties.missing().map(reason -> new LanePause(reason, null));
    this.clock = clock;
    this.accepted = new SharedSnapshot<>(this::ask, ACCEPTED_TTL, clock);
  }

  /** Returns why Balena cannot be called: a setting is missing, or the token was just rejected. */
  Optional<LanePause> lanePause() {
    if (missingSetting.isPresent()) {
      return missingSetting;
    }
    LanePause pause = rejected.get();
    return pause != null && pause.until() != null && pause.until().isAfter(clock.instant())
        ? Optional.of(pause)
        : Optional.empty();
  }

  /** Makes a call with a token that Balena accepts, and finds out what a 401 means. */
  <T> T check(Supplier<T> call) {
    refuseWhilePaused();
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
          "the token is valid, but lacks a permission, or the object no longer exists: " + e.text(),
          e.write(),
          null);
    }
  }

  /**
   * Asks again.
   *
   * @throws BackendException when the token is rejected
   */
  void confirm() {
    accepted.fresh();
  }

  private boolean ask() {
    refuseWhilePaused();
    try {
      api.get("/actor/v1/whoami");
      return true;
    } catch (BackendException e) {
      if (e.status() != 401) {
        throw e;
      }
      accepted.forget();
      Instant until = clock.instant().plus(PAUSE);
      rejected.set(
          new LanePause("Balena rejected the token; set " + BalenaProperties.TOKEN, until));
      refuseWhilePaused();
      throw e;
    }
  }

  private void refuseWhilePaused() {
    Optional<LanePause> pause = lanePause();
    if (pause.isPresent()) {
      Instant until = pause.get().until();
      throw BackendException.notSent(
          BalenaApi.SERVICE,
          pause.get().reason(),
          until == null ? PAUSE : Duration.between(clock.instant(), until));
    }
  }
}

package doni.worker.ironic;

import doni.enrollment.Secret;
import doni.worker.ReconcileContext;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What later attempts must know, kept in the details of the task.
 *
 * @param password by what the password is recognised that was written last
 * @param moved whether this worker is bringing the node into the pool, or has taken it out for a
 *     moment; recorded before the first step of that, so that no crash can strand the node
 * @param phase what the node is waited for
 * @param verification the failed ones
 * @param refusal of a port's connectivity
 */
record Memory(
    Optional<Fingerprint> password,
    boolean moved,
    Optional<Phase> phase,
    Optional<Verification> verification,
    Optional<Refusal> refusal) {

  static final String PASSWORD = "password_fingerprint";

  private static final String MOVED = "moved_to_manageable";
  private static final String PHASE = "phase";
  private static final String SINCE = "since";
  private static final String FAILED = "failed_verifications";
  private static final String NEXT = "next_verification";
  private static final String VERIFIED_GENERATION = "verified_generation";
  private static final String REFUSED = "refused";
  private static final String REFUSED_GENERATION = "refused_generation";

  /**
   * @param name in Ironic's words where it is a state
   */
  record Phase(String name, Instant since) {}

  /**
   * Verifications that failed since the last one that did not.
   *
   * @param next when to try again: every try is a login to the BMC, and may lock its user out
   * @param generation of the device when the last one was tried
   */
  record Verification(int failed, Instant next, long generation) {}

  /**
   * A change that Ironic does not take.
   *
   * @param generation of the device; another one is tried again
   */
  record Refusal(long generation, String text) {}

  static Memory of(ReconcileContext attempt) {
    Optional<Fingerprint> password =
        attempt.details().get(PASSWORD) instanceof Secret secret
            ? Fingerprint.parse(secret)
            : Optional.empty();
    return new Memory(
        password,
        Boolean.TRUE.equals(attempt.details().get(MOVED)),
        attempt
            .detail(PHASE)
            .flatMap(name -> instant(attempt, SINCE).map(since -> new Phase(name, since))),
        instant(attempt, NEXT)
            .map(next ->
                new Verification(
                    (int) number(attempt, FAILED), next, number(attempt, VERIFIED_GENERATION))),
        attempt
            .detail(REFUSED)
            .map(text -> new Refusal(number(attempt, REFUSED_GENERATION), text)));
  }

  /** All of it; what is not known removes what was. */
  Map<String, @Nullable Object> details() {
    Map<String, @Nullable Object> details = new TreeMap<>();
    details.put(PASSWORD, password.map(Fingerprint::text).orElse(null));
    details.put(MOVED, moved ? true : null);
    details.put(PHASE, phase.map(Phase::name).orElse(null));
    details.put(SINCE, phase.map(it -> it.since().toString()).orElse(null));
    details.put(FAILED, verification.map(it -> (Object) it.failed()).orElse(null));
    details.put(NEXT, verification.map(it -> it.next().toString()).orElse(null));
    details.put(VERIFIED_GENERATION, verification.map(it -> (Object) it.generation()).orElse(null));
    details.put(REFUSED, refusal.map(Refusal::text).orElse(null));
    details.put(REFUSED_GENERATION, refusal.map(it -> (Object) it.generation()).orElse(null));
    return details;
  }

  Memory withPassword(Optional<Fingerprint> written) {
    return new Memory(written, moved, phase, verification, refusal);
  }

  Memory moving() {
    return new Memory(password, true, phase, verification, refusal);
  }

  /** The phase begins now. */
  Memory beginning(String name, Instant now) {
    return new Memory(password, moved, Optional.of(new Phase(name, now)), verification, refusal);
  }

  /** The phase begins now unless it has begun before. */
  Memory in(String name, Instant now) {
    return isIn(name) ? this : beginning(name, now);
  }

  boolean isIn(String name) {
    return phase.filter(it -> it.name().equals(name)).isPresent();
  }

  Memory afterFailed(Verification failed) {
    return new Memory(password, moved, Optional.empty(), Optional.of(failed), refusal);
  }

  Memory refused(Refusal refused) {
    return new Memory(password, moved, phase, verification, Optional.of(refused));
  }

  /** Nothing is waited for any more. */
  Memory arrived() {
    return new Memory(password, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The node is in the pool again, but not with all that it should have. */
  Memory returned() {
    return new Memory(password, false, Optional.empty(), Optional.empty(), refusal);
  }

  private static Optional<Instant> instant(ReconcileContext attempt, String name) {
    return attempt
        .detail(name)
        .flatMap(text -> {
          try {
            return Optional.of(Instant.parse(text));
          } catch (DateTimeException _) {
            return Optional.empty();
          }
        });
  }

  private static long number(ReconcileContext attempt, String name) {
    return attempt.details().get(name) instanceof Number number ? number.longValue() : 0;
  }
}

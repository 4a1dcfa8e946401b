package doni.worker.ironic;

import doni.convergence.StateDetails;
import doni.enrollment.Secret;
import doni.worker.SharedNames;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts recorded in the task's details.
 *
 * @param password fingerprint of the password that was written last
 * @param moved whether this worker is bringing the node into the pool, or has taken it out for a
 *     moment; recorded before the first change of state, so that no crash can strand the node
 * @param phase the transition that the worker waits for
 * @param verification the failed ones
 * @param refusal of a port's connectivity
 */
record IronicRecordedState(
    Optional<PasswordFingerprint> password,
    boolean moved,
    Optional<Phase> phase,
    Optional<Verification> verification,
    Optional<Refusal> refusal) {

  /** The only secret detail; no client sees it. */
  static final String PASSWORD = "password_fingerprint";

  static final IronicRecordedState NOTHING =
      new IronicRecordedState(
          Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty());

  /** States of a node before its first successful verification. */
  private static final Set<String> UNVERIFIED = Set.of("enroll", "verifying");

  /** States of a verified node that Ironic does not offer yet. */
  private static final Set<String> UNOFFERED =
      Set.of("manageable", "inspecting", "cleaning", "clean wait", "clean failed", "error");

  private static final String MOVED = "moved_to_manageable";
  private static final String PHASE = "phase";
  private static final String SINCE = "since";
  private static final String FAILED = "failed_verifications";
  private static final String NEXT = "next_verification";
  private static final String VERIFIED_GENERATION = "verified_generation";
  private static final String REFUSED = "refused";
  private static final String REFUSED_GENERATION = "refused_generation";

  /**
   * A transition of the node.
   *
   * @param name in Ironic's words where it is a state
   */
  record Phase(String name, Instant since) {}

  /**
   * Consecutive failed verifications.
   *
   * @param next when to try again: every try is a login to the BMC, which may lock the user out
   * @param generation of the hardware at the last try
   */
  record Verification(int failed, Instant next, long generation) {}

  /**
   * A change that Ironic refuses.
   *
   * @param generation of the hardware; another generation is tried again
   */
  record Refusal(long generation, String text) {}

  /** Returns how far the host is on its way to Ready. */
  static List<Milestone> milestones(StateDetails details) {
    String state = details.text(SharedNames.PROVISION_STATE).orElse("");
    boolean verified = !state.isEmpty() && !UNVERIFIED.contains(state);
    return List.of(
        verified
            ? Milestone.reached(Step.VERIFIED)
            : Milestone.missing(
                Step.VERIFIED,
                details.number(FAILED).isPresent()
                    ? "Ironic cannot log in to the host's management controller"
                    : "Ironic has not verified the host yet",
                "check management_address, ipmi_port, ipmi_username and ipmi_password, and that the site's"
                    + " network reaches the management controller"),
        verified && !UNOFFERED.contains(state)
            ? Milestone.reached(Step.AVAILABLE)
            : Milestone.missing(
                Step.AVAILABLE,
                state.isEmpty()
                    ? "Ironic does not have the host yet"
                    : "Ironic has the host in state '%s'".formatted(state),
                "wait; if it lasts, the site's operator looks at the node in Ironic"));
  }

  static IronicRecordedState of(StateDetails details) {
    return new IronicRecordedState(
        details.secret(PASSWORD).flatMap(PasswordFingerprint::parse),
        Boolean.TRUE.equals(details.values().get(MOVED)),
        details
            .text(PHASE)
            .flatMap(name -> details.instant(SINCE).map(since -> new Phase(name, since))),
        details
            .instant(NEXT)
            .map(next ->
                new Verification(
                    details.number(FAILED).orElse(0L).intValue(),
                    next,
                    details.number(VERIFIED_GENERATION).orElse(0L))),
        details
            .text(REFUSED)
            .map(text -> new Refusal(details.number(REFUSED_GENERATION).orElse(0L), text)));
  }

  /** Returns all of it as a report; what is absent here is removed there. */
  StateDetails.Builder report() {
    return StateDetails.report()
        .put(PASSWORD, password.map(PasswordFingerprint::text))
        .put(MOVED, moved ? true : null)
        .put(PHASE, phase.map(Phase::name))
        .put(SINCE, phase.map(Phase::since))
        .put(FAILED, verification.map(Verification::failed))
        .put(NEXT, verification.map(Verification::next))
        .put(VERIFIED_GENERATION, verification.map(Verification::generation))
        .put(REFUSED, refusal.map(Refusal::text))
        .put(REFUSED_GENERATION, refusal.map(Refusal::generation));
  }

  Map<String, @Nullable Object> details() {
    return report().build();
  }

  IronicRecordedState withPassword(Optional<PasswordFingerprint> written) {
    return new IronicRecordedState(written, moved, phase, verification, refusal);
  }

  IronicRecordedState withMoved() {
    return new IronicRecordedState(password, true, phase, verification, refusal);
  }

  /** Starts the phase now. */
  IronicRecordedState withPhase(String name, Instant now) {
    return new IronicRecordedState(
        password, moved, Optional.of(new Phase(name, now)), verification, refusal);
  }

  /** Starts the phase now unless it has started before. */
  IronicRecordedState inPhase(String name, Instant now) {
    return isInPhase(name) ? this : withPhase(name, now);
  }

  boolean isInPhase(String name) {
    return phase.filter(it -> it.name().equals(name)).isPresent();
  }

  IronicRecordedState withFailed(Verification failed) {
    return new IronicRecordedState(password, moved, Optional.empty(), Optional.of(failed), refusal);
  }

  IronicRecordedState withRefusal(Refusal refused) {
    return new IronicRecordedState(password, moved, phase, verification, Optional.of(refused));
  }

  /** Returns what stays recorded of a node that has arrived and equals the desired state. */
  IronicRecordedState steady() {
    return new IronicRecordedState(
        password, false, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** Returns what stays recorded of a node that is in the pool again, with drift left. */
  IronicRecordedState backInPool() {
    return new IronicRecordedState(password, false, Optional.empty(), Optional.empty(), refusal);
  }

  /**
   * A keyed hash of the password that was written last: Ironic never shows one, so this is how a
   * changed password is noticed. Each has its own key, so that equal passwords of two hosts look
   * different.
   *
   * @param text key and hash in hex
   */
  record PasswordFingerprint(Secret text) {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    static PasswordFingerprint of(Secret password) {
      byte[] key = new byte[KEY_BYTES];
      RANDOM.nextBytes(key);
      HexFormat hex = HexFormat.of();
      return new PasswordFingerprint(
          new Secret(hex.formatHex(key) + hex.formatHex(hash(key, password))));
    }

    /** Returns the fingerprint; empty when the text does not have its form. */
    static Optional<PasswordFingerprint> parse(Secret text) {
      return text.value().matches("[0-9a-f]{" + 2 * (KEY_BYTES + HASH_BYTES) + "}")
          ? Optional.of(new PasswordFingerprint(text))
          : Optional.empty();
    }

    boolean isOf(Secret password) {
      byte[] bytes = HexFormat.of().parseHex(text.value());
      byte[] key = Arrays.copyOf(bytes, KEY_BYTES);
      byte[] hash = Arrays.copyOfRange(bytes, KEY_BYTES, bytes.length);
      return MessageDigest.isEqual(hash, hash(key, password));
    }

    private static byte[] hash(byte[] key, Secret password) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(key, ALGORITHM));
        return mac.doFinal(password.value().getBytes(StandardCharsets.UTF_8));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(ALGORITHM + " is in every Java runtime", e);
      }
    }
  }
}

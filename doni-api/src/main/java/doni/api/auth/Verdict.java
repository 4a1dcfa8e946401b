package doni.api.auth;

import doni.policy.Caller;
import doni.worker.RemoteException;
import java.time.Instant;

/** What is to be thought of a token. */
sealed interface Verdict {

  /**
   * It is valid.
   *
   * @param caller whom it stands for, of no particular request yet
   */
  record Vouched(Caller caller, Instant expiresAt) implements Verdict {}

  /** Keystone does not know it, it has expired, or it is not scoped to a project. */
  record Refused() implements Verdict {}

  /** Nobody can say at the moment: Keystone did not answer, or not about the token. */
  record Unanswered(RemoteException failure) implements Verdict {}
}

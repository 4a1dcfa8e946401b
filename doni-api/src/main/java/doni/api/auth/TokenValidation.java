package doni.api.auth;

import doni.backend.BackendException;
import doni.policy.Caller;
import java.time.Instant;

/** What is to be thought of a token. */
sealed interface TokenValidation {

  /**
   * It is valid.
   *
   * @param caller whom it stands for, of no particular request yet
   */
  record Vouched(Caller caller, Instant expiresAt) implements TokenValidation {}

  /** Keystone does not know it, it has expired, or it is not scoped to a project. */
  record Refused() implements TokenValidation {}

  /** Nobody can say at the moment: Keystone did not answer, or not about the token. */
  record Unanswered(BackendException failure) implements TokenValidation {}
}

package doni.api.auth;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.policy.Caller;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The result of a token's validation. */
public sealed interface TokenValidation {

  /** Resolves a token to a {@link Caller}. */
  @FunctionalInterface
  interface TokenValidator {

    TokenValidation validate(Secret token);

    /**
     * Validates a token of a client.
     *
     * @param address of the client, so that those who send many wrong tokens do not delay others
     */
    default TokenValidation validate(Secret token, String address) {
      return validate(token);
    }

    /** Returns the caller of a token that is known to be valid, without a call; null for others. */
    default @Nullable Caller known(Secret token) {
      return null;
    }
  }

  /**
   * The token is valid.
   *
   * @param caller without a request's id
   */
  record Valid(Caller caller, Instant expiresAt) implements TokenValidation {}

  /** The token is unknown to Keystone, expired, or not scoped to a project. */
  record Rejected() implements TokenValidation {}

  /** Keystone did not answer, or not about the token. */
  record Unanswered(BackendException failure) implements TokenValidation {}
}

package doni.api.auth;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.KeystoneSession;
import doni.openstack.KeystoneSession.ValidatedToken;
import doni.policy.Caller;
import java.time.Clock;

/** Validates tokens in Keystone, without a cache. */
final class KeystoneTokenValidator implements TokenValidation.TokenValidator {

  private final KeystoneSession keystone;
  private final Clock clock;

  KeystoneTokenValidator(KeystoneSession keystone, Clock clock) {
    this.keystone = keystone;
    this.clock = clock;
  }

  @Override
  public TokenValidation validate(Secret token) {
    try {
      return keystone
          .validate(token)
          .map(this::validation)
          .orElseGet(TokenValidation.Rejected::new);
    } catch (BackendException e) {
      return new TokenValidation.Unanswered(e);
    }
  }

  /** Unscoped, domain-scoped and system-scoped tokens have no project, so they are refused. */
  private TokenValidation validation(ValidatedToken token) {
    String projectId = token.projectId();
    if (projectId == null || !token.expiresAt().isAfter(clock.instant())) {
      return new TokenValidation.Rejected();
    }
    Caller caller =
        new Caller(
            token.userId(),
            token.userName(),
            projectId,
            token.roles(),
            token.attributes(),
            "",
            token.applicationCredentialId());
    return new TokenValidation.Valid(caller, token.expiresAt());
  }
}

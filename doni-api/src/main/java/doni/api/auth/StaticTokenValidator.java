package doni.api.auth;

import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
import doni.policy.Caller;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens from the configuration, for local use without a Keystone; they never expire. */
final class StaticTokenValidator implements TokenValidation.TokenValidator {

  private final Map<TokenDigest, TokenValidation> validations;

  StaticTokenValidator(Map<Secret, KeystoneProperties.StaticToken> tokens) {
    Map<TokenDigest, TokenValidation> byDigest = new HashMap<>();
    tokens.forEach((token, caller) -> byDigest.put(TokenDigest.of(token), validation(caller)));
    this.validations = Map.copyOf(byDigest);
  }

  @Override
  public TokenValidation validate(Secret token) {
    return validations.getOrDefault(TokenDigest.of(token), new TokenValidation.Rejected());
  }

  @Override
  public @Nullable Caller known(Secret token) {
    return validate(token) instanceof TokenValidation.Valid(Caller caller, Instant _)
        ? caller
        : null;
  }

  private static TokenValidation validation(KeystoneProperties.StaticToken token) {
    Map<String, String> attributes =
        Map.of(
            "user_id", token.userId(),
            "user_name", token.userName(),
            "project_id", token.projectId());
    Caller caller =
        new Caller(
            token.userId(), token.userName(), token.projectId(), token.roles(), attributes, "");
    return new TokenValidation.Valid(caller, Instant.MAX);
  }
}

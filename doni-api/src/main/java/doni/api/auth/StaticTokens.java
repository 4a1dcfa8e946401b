package doni.api.auth;

import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
import doni.policy.Caller;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Tokens from the configuration, for local use without a Keystone. They never expire. */
final class StaticTokens implements TokenValidator {

  private final Map<TokenDigest, TokenValidation> verdicts;

  StaticTokens(Map<Secret, KeystoneProperties.StaticToken> tokens) {
    Map<TokenDigest, TokenValidation> verdicts = new HashMap<>();
    tokens.forEach((token, meaning) -> verdicts.put(TokenDigest.of(token), vouched(meaning)));
    this.verdicts = Map.copyOf(verdicts);
  }

  @Override
  public TokenValidation validate(Secret token) {
    return verdicts.getOrDefault(TokenDigest.of(token), new TokenValidation.Refused());
  }

  private static TokenValidation vouched(KeystoneProperties.StaticToken meaning) {
    Map<String, String> attributes =
        Map.of(
            "user_id", meaning.userId(),
            "user_name", meaning.userName(),
            "project_id", meaning.projectId());
    Caller caller =
        new Caller(
            meaning.userId(),
            meaning.userName(),
            meaning.projectId(),
            meaning.roles(),
            attributes,
            "");
    return new TokenValidation.Vouched(caller, Instant.MAX);
  }
}

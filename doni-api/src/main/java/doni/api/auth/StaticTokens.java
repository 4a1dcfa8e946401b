package doni.api.auth;

import doni.device.Secret;
import doni.openstack.KeystoneProperties;
import doni.policy.Caller;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Tokens from the configuration, for local use without a Keystone. They never expire. */
final class StaticTokens implements TokenValidator {

  private final Map<TokenDigest, Verdict> verdicts;

  StaticTokens(Map<Secret, KeystoneProperties.StaticToken> tokens) {
    Map<TokenDigest, Verdict> verdicts = new HashMap<>();
    tokens.forEach((token, meaning) -> verdicts.put(TokenDigest.of(token), vouched(meaning)));
    this.verdicts = Map.copyOf(verdicts);
  }

  @Override
  public Verdict validate(Secret token) {
    return verdicts.getOrDefault(TokenDigest.of(token), new Verdict.Refused());
  }

  private static Verdict vouched(KeystoneProperties.StaticToken meaning) {
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
    return new Verdict.Vouched(caller, Instant.MAX);
  }
}

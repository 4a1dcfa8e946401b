package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import doni.policy.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeystoneTokenValidatorIT extends KeystoneFixture {

  @Test
  void resolvesATokenToItsCaller() {
    Caller caller = callerOf(tokens.validate(ALICE));

    assertThat(caller.userId()).isEqualTo("alice-id");
    assertThat(caller.userName()).isEqualTo("alice");
    assertThat(caller.projectId()).isEqualTo("alice-proj");
    assertThat(caller.roles()).containsExactlyInAnyOrder("Member", "reader");
    assertThat(caller.attributes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "user_id", "alice-id",
                "user_name", "alice",
                "user_domain_id", "default",
                "project_id", "alice-proj",
                "project_name", "alice-proj",
                "project_domain_id", "default"));
  }

  @Test
  void asksOnceForARepeatedToken() {
    tokens.validate(ALICE);
    clock.advance(TTL.minusSeconds(1));
    tokens.validate(ALICE);

    assertThat(keystone.validations()).isEqualTo(1);
    assertThat(counted("valid")).isEqualTo(1);
    assertThat(counted("cached")).isEqualTo(1);
  }

  @Test
  void asksOnceForAHundredConcurrentRequests() throws Exception {
    tokens.validate(UNKNOWN);
    int before = keystone.validations();
    CountDownLatch gate = keystone.hangs();
    List<Future<TokenValidation>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      TokenValidation.TokenValidator patient = validator();
      CountDownLatch underWay = new CountDownLatch(100);
      for (int i = 0; i < 100; i++) {
        answers.add(
            threads.submit(() -> {
              underWay.countDown();
              return patient.validate(ALICE);
            }));
      }
      underWay.await();
      Awaitility.await().until(() -> keystone.logins() == 2);
      gate.countDown();
    }

    for (Future<TokenValidation> answer : answers) {
      assertThat(answer.get()).isInstanceOf(TokenValidation.Valid.class);
    }
    assertThat(keystone.validations()).isEqualTo(before + 1);
  }

  @Test
  void validatesWithAnApplicationCredential() {
    tokens = validator(Properties.ofApplicationCredential(keystone, FakeKeystone.PASSWORD));

    assertThat(callerOf(tokens.validate(ALICE)).userId()).isEqualTo("alice-id");

    keystone.revokesServiceTokens();
    keystone.knows("gAAAAAB-bob_token", "bob-proj", inFourHours, "member");
    assertThat(callerOf(tokens.validate(new Secret("gAAAAAB-bob_token"))).projectId())
        .isEqualTo("bob-proj");
    assertThat(keystone.logins()).isEqualTo(2);
  }

  @Test
  void neverShowsARefusedApplicationCredential() {
    tokens = validator(Properties.ofApplicationCredential(keystone, "wrong-secret"));

    assertThat(tokens.validate(ALICE))
        .isInstanceOfSatisfying(
            TokenValidation.Unanswered.class,
            unanswered ->
                assertThat(unanswered.toString()).contains("401").doesNotContain("wrong-secret"));
  }

  @Test
  void refusesATokenThatKeystoneDoesNotKnow() {
    assertThat(tokens.validate(UNKNOWN)).isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void asksAgainForARefusedTokenAfterFiveSeconds() {
    tokens.validate(UNKNOWN);
    clock.advance(Duration.ofSeconds(4));
    tokens.validate(UNKNOWN);
    int soon = keystone.validations();
    clock.advance(Duration.ofSeconds(2));
    tokens.validate(UNKNOWN);

    assertThat(soon).isEqualTo(1);
    assertThat(keystone.validations()).isEqualTo(2);
  }

  @Test
  void refusesATokenWithoutAProject() {
    keystone.knowsUnscoped("unscoped", inFourHours);

    assertThat(tokens.validate(new Secret("unscoped"))).isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void refusesAnExpiredToken() {
    keystone.knows("old", "p", clock.instant().minusSeconds(1), "member");

    assertThat(tokens.validate(new Secret("old"))).isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void refusesACachedTokenAtItsExpiry() {
    keystone.knows("short", "p", clock.instant().plusSeconds(60), "member");
    TokenValidation first = tokens.validate(new Secret("short"));

    clock.advance(Duration.ofSeconds(60));

    assertThat(first).isInstanceOf(TokenValidation.Valid.class);
    assertThat(tokens.validate(new Secret("short"))).isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void knowsAValidatedTokenWithoutACall() {
    Caller before = tokens.known(ALICE);
    tokens.validate(ALICE);
    tokens.validate(UNKNOWN);

    assertThat(before).isNull();
    assertThat(tokens.known(ALICE)).extracting(Caller::projectId).isEqualTo("alice-proj");
    assertThat(tokens.known(UNKNOWN)).isNull();
  }

  /**
   * On a machine that was suspended, the clock goes on, and what measures the cache's time stops.
   */
  @Test
  void knowsNoTokenBeyondItsExpiryThoughItIsCached() {
    keystone.knows("short", "p", clock.instant().plusSeconds(60), "member");
    TokenValidation.TokenValidator suspended = validator(() -> 0);
    suspended.validate(new Secret("short"));

    clock.advance(Duration.ofSeconds(60));

    assertThat(suspended.known(new Secret("short"))).isNull();
    assertThat(suspended.validate(new Secret("short"))).isEqualTo(new TokenValidation.Rejected());
  }

  @Test
  void refusesARevokedTokenAfterTheCacheTime() {
    tokens.validate(ALICE);

    keystone.revokes(ALICE.value());
    clock.advance(TTL.minusSeconds(1));
    TokenValidation within = tokens.validate(ALICE);
    clock.advance(Duration.ofSeconds(2));
    TokenValidation after = tokens.validate(ALICE);

    assertThat(within).isInstanceOf(TokenValidation.Valid.class);
    assertThat(after).isEqualTo(new TokenValidation.Rejected());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "with blank", "line\nbreak", "ümlaut", "quote\"", "nul\0", "a,b"})
  void refusesAMalformedTokenWithoutACall(String garbage) {
    assertThat(tokens.validate(new Secret(garbage))).isEqualTo(new TokenValidation.Rejected());
    assertThat(tokens.validate(new Secret("x".repeat(4_097))))
        .isEqualTo(new TokenValidation.Rejected());

    assertThat(keystone.validations() + keystone.logins()).isZero();
    assertThat(counted("malformed")).isEqualTo(2);
  }

  private static Caller callerOf(TokenValidation result) {
    assertThat(result).isInstanceOf(TokenValidation.Valid.class);
    return ((TokenValidation.Valid) result).caller();
  }
}

package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Token validation while Keystone fails. */
@ExtendWith(OutputCaptureExtension.class)
class KeystoneOutageIT extends KeystoneFixture {

  @Test
  void acceptsCachedTokensWhileKeystoneIsDown() {
    tokens.validate(ALICE);

    keystone.close();

    assertThat(tokens.validate(ALICE)).isInstanceOf(TokenValidation.Valid.class);
    assertThat(failure(tokens.validate(UNKNOWN)).kind())
        .isEqualTo(BackendException.Kind.CONNECTION);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 403})
  void reportsAFailureOfKeystoneAsUnanswered(int status) {
    tokens.validate(UNKNOWN);
    keystone.failsWith(status);

    assertThat(failure(tokens.validate(ALICE)).status()).isEqualTo(status);
    keystone.failsWith(0);
    assertThat(tokens.validate(ALICE)).isInstanceOf(TokenValidation.Valid.class);
  }

  @Test
  void reportsABodyWithoutATokenAsUnanswered(CapturedOutput output) {
    tokens.validate(UNKNOWN);
    keystone.failsWith(200);

    assertThat(tokens.validate(ALICE)).isInstanceOf(TokenValidation.Unanswered.class);
    assertThat(output.getAll()).doesNotContain(ALICE.value());
  }

  @Test
  void reportsARefusedLoginAsUnanswered() {
    TokenValidation.TokenValidator misconfigured =
        validator(Properties.of(keystone, "not-the-password", READ_TIMEOUT));

    assertThat(misconfigured.validate(ALICE)).isInstanceOf(TokenValidation.Unanswered.class);
  }

  @Test
  void stopsWaitingForAHangingKeystoneAtTheTimeout() {
    tokens.validate(UNKNOWN);
    TokenValidation.TokenValidator hasty = validator(Duration.ofMillis(300));
    CountDownLatch gate = keystone.hangs();
    long started = System.nanoTime();

    assertThat(failure(hasty.validate(ALICE)).kind()).isEqualTo(BackendException.Kind.TIMEOUT);

    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    gate.countDown();
  }

  @Test
  void keepsPlacesForOthersBesideAnAddressWithManyWrongTokens() throws Exception {
    for (int i = 0; i <= SuspectAddresses.ALLOWED; i++) {
      assertThat(tokens.validate(new Secret("wrong-" + i), "192.0.2.1"))
          .isInstanceOf(TokenValidation.Rejected.class);
    }
    int before = keystone.validations();
    CountDownLatch gate = keystone.hangs();
    try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        Secret wrong = new Secret("hanging-" + i);
        attackers.execute(() -> tokens.validate(wrong, "192.0.2.1"));
      }
      await().until(() -> keystone.validations() - before == SuspectAddresses.PLACES);
      Future<TokenValidation> honest = attackers.submit(() -> tokens.validate(ALICE, "192.0.2.2"));
      await().until(() -> keystone.validations() - before == SuspectAddresses.PLACES + 1);
      gate.countDown();

      assertThat(honest.get()).isInstanceOf(TokenValidation.Valid.class);
    }
  }

  @Test
  void opensTheCircuitOfAKeystoneThatIsDown() {
    tokens.validate(UNKNOWN);
    keystone.failsWith(503);
    for (int i = 0; i < 20; i++) {
      Secret token = new Secret("token-" + i);
      assertThat(tokens.validate(token)).isInstanceOf(TokenValidation.Unanswered.class);
    }

    assertThat(keystone.validations()).isLessThan(10);
    assertThat(counted("unavailable")).isEqualTo(20);
  }

  @Test
  void renewsItsOwnTokenWhenKeystoneRefusesIt() {
    tokens.validate(UNKNOWN);

    keystone.revokesServiceTokens();
    TokenValidation result = tokens.validate(ALICE);
    tokens.validate(new Secret("another"));

    assertThat(result).isInstanceOf(TokenValidation.Valid.class);
    assertThat(keystone.logins()).isEqualTo(2);
  }

  @Test
  void renewsItsOwnTokenBeforeItExpires() {
    keystone.letsServiceTokensExpireAt(clock.instant().plus(Duration.ofHours(1)));
    tokens.validate(UNKNOWN);

    clock.advance(Duration.ofMinutes(59).plusSeconds(1));
    int before = keystone.validations();
    tokens.validate(ALICE);

    assertThat(keystone.logins()).isEqualTo(2);
    assertThat(keystone.validations()).isEqualTo(before + 1);
  }

  @Test
  void neverShowsATokenOrAPassword(CapturedOutput output) {
    List<String> told = new ArrayList<>();
    Secret broken = new Secret("gAAAAAB-broken_token");
    tokens.validate(UNKNOWN);
    keystone.failsWith(500);
    told.add(told(broken));
    keystone.failsWith(0);
    keystone.close();
    told.add(told(broken));
    told.add(told(ALICE));

    assertThat(output.getAll() + told)
        .containsOnlyOnce("tokens cannot be validated")
        .doesNotContain("\tat ")
        .doesNotContain(broken.value(), ALICE.value(), UNKNOWN.value(), FakeKeystone.PASSWORD)
        .doesNotContain("service-1");
  }

  private String told(Secret token) {
    TokenValidation result = tokens.validate(token);
    StringBuilder all = new StringBuilder(result.toString());
    if (result instanceof TokenValidation.Unanswered(BackendException failure)) {
      for (Throwable t = failure; t != null; t = t.getCause()) {
        all.append(t).append('\n');
      }
    }
    return all.toString();
  }

  private static BackendException failure(TokenValidation result) {
    assertThat(result).isInstanceOf(TokenValidation.Unanswered.class);
    return ((TokenValidation.Unanswered) result).failure();
  }
}

package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.auth.TokenValidation;
import doni.console.ConsoleLogin.Credentials;
import doni.console.ConsoleLogin.LoginResult;
import doni.enrollment.Secret;
import doni.policy.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Logins with static tokens; those at a Keystone are in {@link ConsoleIT}. */
class ConsoleLoginTests {

  private static final Secret RIGHT = new Secret("right");
  private static final Caller ALICE =
      new Caller("alice-id", "alice", "p", Set.of("member"), Map.of(), "");

  private final AtomicLong nanos = new AtomicLong();
  private final ConsoleLogin login =
      new ConsoleLogin(
          null,
          token ->
              token.equals(RIGHT)
                  ? new TokenValidation.Valid(ALICE, Instant.MAX)
                  : new TokenValidation.Rejected(),
          nanos::get);

  @Test
  void staticTokenLogsIn() {
    assertThat(logIn("right", "192.0.2.1")).isEqualTo(new LoginResult.LoggedIn(null, RIGHT));
    assertThat(logIn("wrong", "192.0.2.1")).isEqualTo(new LoginResult.Refused());
  }

  @Test
  void passwordIsRefusedWithoutKeystone() {
    Credentials password = new Credentials.Password("alice", RIGHT, "Default");

    assertThat(login.logIn(password, "192.0.2.1")).isEqualTo(new LoginResult.Refused());
  }

  @Test
  void addressThatFailedOftenWaitsAndOthersDoNot() {
    for (int i = 0; i < ConsoleLogin.ALLOWED_FAILURES; i++) {
      logIn("wrong", "192.0.2.1");
    }

    assertThat(logIn("right", "192.0.2.1")).isEqualTo(new LoginResult.TooManyFailures());
    assertThat(logIn("right", "192.0.2.2")).isInstanceOf(LoginResult.LoggedIn.class);
    nanos.addAndGet(Duration.ofMinutes(6).toNanos());
    assertThat(logIn("right", "192.0.2.1")).isInstanceOf(LoginResult.LoggedIn.class);
  }

  @Test
  void addressesOfOneNetworkWaitTogether() {
    for (int i = 0; i < ConsoleLogin.ALLOWED_FAILURES; i++) {
      logIn("wrong", "2001:db8::" + i);
    }

    assertThat(logIn("right", "2001:db8::ffff")).isEqualTo(new LoginResult.TooManyFailures());
    assertThat(logIn("right", "2001:db8:0:1::1")).isInstanceOf(LoginResult.LoggedIn.class);
  }

  private LoginResult logIn(String token, String address) {
    return login.logIn(new Credentials.ConfiguredToken(new Secret(token)), address);
  }
}

package doni.api.auth;

import com.github.benmanes.caffeine.cache.Ticker;
import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
import doni.openstack.KeystoneSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Keystone, a validator in front of it, and the clock of both. */
abstract class KeystoneFixture {

  static final Duration TTL = Duration.ofMinutes(5);
  static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
  static final Secret ALICE = new Secret("gAAAAAB-alice_token");
  static final Secret UNKNOWN = new Secret("gAAAAAB-unknown_token");

  final SettableClock clock = new SettableClock();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Instant inFourHours = clock.instant().plus(Duration.ofHours(4));
  FakeKeystone keystone = newKeystone();
  TokenValidation.TokenValidator tokens = validator();

  @BeforeEach
  void setUp() {
    keystone.knows(ALICE.value(), "alice-proj", inFourHours, "Member", "reader");
  }

  @AfterEach
  void tearDown() {
    keystone.close();
  }

  TokenValidation.TokenValidator validator() {
    return validator(READ_TIMEOUT);
  }

  TokenValidation.TokenValidator validator(Duration readTimeout) {
    return validator(Properties.of(keystone, FakeKeystone.PASSWORD, readTimeout));
  }

  TokenValidation.TokenValidator validator(KeystoneProperties properties) {
    return validator(properties, clock);
  }

  /**
   * @param ticker measures how long a token has been cached
   */
  TokenValidation.TokenValidator validator(Ticker ticker) {
    return validator(Properties.of(keystone, FakeKeystone.PASSWORD, READ_TIMEOUT), ticker);
  }

  private TokenValidation.TokenValidator validator(KeystoneProperties properties, Ticker ticker) {
    KeystoneSession session = new KeystoneSession(properties, meters, Tracer.NOOP, clock);
    return new CachingTokenValidator(
        new KeystoneTokenValidator(session, clock),
        TTL,
        properties.connectTimeout().plus(properties.readTimeout()),
        clock,
        ticker,
        meters);
  }

  double counted(String result) {
    return meters.get("doni.keystone.validations").tag("result", result).counter().count();
  }

  private static FakeKeystone newKeystone() {
    try {
      return new FakeKeystone();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

package doni.openstack;

import doni.enrollment.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A site over real HTTP, and the client layer in front of it. */
abstract class SiteTest {

  static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  final MovableClock clock = new MovableClock();
  final FakeSite site = new FakeSite(clock);
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final OpenStack openStack = openStack(keystone(FakeSite.PASSWORD, null));

  @AfterEach
  void closeTheSite() {
    site.close();
  }

  OpenStack openStack(KeystoneProperties keystone) {
    return OpenStacks.of(keystone, meters, clock);
  }

  KeystoneProperties keystone(String password, @Nullable String region) {
    return new KeystoneProperties(
        site.authUrl(),
        "doni",
        new Secret(password),
        null,
        null,
        "Default",
        "service",
        "Default",
        region,
        "public",
        Duration.ofMinutes(5),
        Duration.ofSeconds(2),
        READ_TIMEOUT,
        Map.of());
  }

  KeystoneProperties applicationCredential() {
    return new KeystoneProperties(
        site.authUrl(),
        null,
        null,
        "ac-id",
        new Secret(FakeSite.PASSWORD),
        "Default",
        "service",
        "Default",
        null,
        "public",
        Duration.ofMinutes(5),
        Duration.ofSeconds(2),
        READ_TIMEOUT,
        Map.of());
  }

  static ServiceProperties settings() {
    return settings(null, null, null, READ_TIMEOUT);
  }

  static ServiceProperties settings(
      @Nullable String interfaceName,
      @Nullable String region,
      @Nullable URI override,
      Duration readTimeout) {
    return new ServiceProperties(
        "tunelo",
        "channel",
        interfaceName,
        region,
        override,
        Duration.ofSeconds(2),
        readTimeout,
        10);
  }
}

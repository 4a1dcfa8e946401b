package doni.api.auth;

import doni.device.Secret;
import java.time.Duration;
import java.util.Map;

/** Settings for tests. */
final class Properties {

  private Properties() {}

  static KeystoneProperties of(FakeKeystone keystone, String password, Duration readTimeout) {
    return new KeystoneProperties(
        keystone.url(),
        "doni",
        new Secret(password),
        "Default",
        "service",
        "Default",
        null,
        "public",
        Duration.ofMinutes(5),
        Duration.ofSeconds(1),
        readTimeout,
        Map.of());
  }
}

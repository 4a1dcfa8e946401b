package doni.api.auth;

import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
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
        null,
        null,
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

  static KeystoneProperties ofApplicationCredential(FakeKeystone keystone, String secret) {
    return new KeystoneProperties(
        keystone.url(),
        null,
        null,
        "ac-id",
        new Secret(secret),
        "Default",
        "service",
        "Default",
        null,
        "public",
        Duration.ofMinutes(5),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Map.of());
  }
}

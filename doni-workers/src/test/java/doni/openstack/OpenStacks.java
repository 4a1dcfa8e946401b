package doni.openstack;

import doni.enrollment.Secret;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** Makes the client layer as the service's wiring makes it. */
@NullMarked
public final class OpenStacks {

  private OpenStacks() {}

  /** With a password, in the project {@code service} of the domain {@code Default}. */
  public static OpenStack behind(
      URI authUrl, String user, Secret password, MeterRegistry meters, Clock clock) {
    KeystoneProperties keystone =
        new KeystoneProperties(
            authUrl,
            user,
            password,
            null,
            null,
            "Default",
            "service",
            "Default",
            "RegionOne",
            "public",
            Duration.ofMinutes(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Map.of());
    return new KeystoneOpenStack(keystone, meters, clock);
  }
}

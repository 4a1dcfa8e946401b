package doni.openstack;

import doni.enrollment.Secret;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** Creates the client layer as the service's wiring does. */
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
    return of(keystone, meters, clock);
  }

  static OpenStack of(KeystoneProperties keystone, MeterRegistry meters, Clock clock) {
    return of(keystone, new KeystoneSession(keystone, meters, Tracer.NOOP, clock), meters, clock);
  }

  static OpenStack of(
      KeystoneProperties keystone, KeystoneSession session, MeterRegistry meters, Clock clock) {
    return new KeystoneOpenStack(keystone, session, meters, Tracer.NOOP, clock);
  }
}

package doni.worker.tunelo;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the tunelo worker.
 *
 * @param endpointOverride where Tunelo is, in place of what the catalog says; without {@code
 *     /channels}
 * @param serviceType Tunelo's type in the catalog
 * @param endpointInterface which of its endpoints; none takes {@code doni.keystone.interface}
 * @param region none takes {@code doni.keystone.region}
 * @param connectTimeout for a connection
 * @param readTimeout for an answer; a creation may have two ports made
 * @param backend {@code openstack} for Tunelo, {@code in-memory} for development without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.tunelo", ignoreUnknownFields = false)
record TuneloProperties(
    @Nullable URI endpointOverride,
    @DefaultValue("channel") String serviceType,
    @Name("interface") @Nullable String endpointInterface,
    @Nullable String region,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("60s") Duration readTimeout,
    @DefaultValue("openstack") String backend) {

  private static final String SETTING = "doni.workers.tunelo.";
  private static final Set<String> INTERFACES = Set.of("public", "internal", "admin");

  TuneloProperties {
    URI override = endpointOverride;
    check(
        override == null
            || (override.getHost() != null
                && ("http".equals(override.getScheme()) || "https".equals(override.getScheme()))),
        "endpoint-override",
        String.valueOf(override),
        "an http or https URL");
    check(!serviceType.isBlank(), "service-type", serviceType, "a service type of the catalog");
    String chosen = endpointInterface;
    check(
        chosen == null || INTERFACES.contains(chosen),
        "interface",
        String.valueOf(chosen),
        "public, internal, admin");
    checkTimeout("connect-timeout", connectTimeout);
    checkTimeout("read-timeout", readTimeout);
  }

  private static void checkTimeout(String name, Duration timeout) {
    check(
        timeout.toMillis() > 0 && timeout.compareTo(Duration.ofMinutes(5)) <= 0,
        name,
        timeout.toString(),
        "more than 0 and at most 5m");
  }

  private static void check(boolean right, String name, String value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(
          "%s is '%s'; allowed: %s".formatted(SETTING + name, value, allowed));
    }
  }
}

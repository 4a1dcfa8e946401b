package doni.worker.tunelo;

import doni.worker.SettingRules;
import java.net.URI;
import java.time.Duration;
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

  private static final SettingRules RULES = new SettingRules("doni.workers.tunelo.");

  TuneloProperties {
    URI override = endpointOverride;
    RULES.require(
        override == null || SettingRules.isHttpUrl(override.toString()),
        "endpoint-override",
        String.valueOf(override),
        "an http or https URL");
    RULES.require(
        !serviceType.isBlank(), "service-type", serviceType, "a service type of the catalog");
    RULES.endpointInterface(endpointInterface);
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("read-timeout", readTimeout);
  }
}

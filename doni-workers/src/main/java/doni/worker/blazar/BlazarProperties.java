package doni.worker.blazar;

import doni.openstack.ServiceProperties;
import doni.worker.SettingRules;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the two Blazar workers.
 *
 * @param endpointOverride Blazar's URL including {@code /v1}, in place of the catalog's
 * @param serviceType Blazar's type in the catalog
 * @param interfaceName which of its endpoints; {@code doni.keystone.interface} when not given
 * @param region {@code doni.keystone.region} when not given
 * @param connectTimeout for a connection
 * @param readTimeout for an answer; Blazar takes 3 to 4 ms for each device of the site to list them
 * @param backend {@code blazar}, or {@code in-memory} for development without a site
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.blazar", ignoreUnknownFields = false)
record BlazarProperties(
    @DefaultValue("") String endpointOverride,
    @DefaultValue("reservation") String serviceType,
    @Name("interface") @Nullable String interfaceName,
    @Nullable String region,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("60s") Duration readTimeout,
    @DefaultValue("blazar") String backend) {

  private static final SettingRules RULES = new SettingRules("doni.workers.blazar.");

  /** More than the two lanes together have places, so that it never is what they wait for. */
  private static final int CONCURRENCY = 16;

  BlazarProperties {
    RULES.require(
        endpointOverride.isEmpty() || isEndpoint(endpointOverride),
        "endpoint-override",
        endpointOverride,
        "an http or https URL that ends in /v1");
    RULES.require(!serviceType.isBlank(), "service-type", serviceType, "a type of the catalog");
    RULES.endpointInterface(interfaceName);
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("read-timeout", readTimeout);
  }

  ServiceProperties service() {
    return new ServiceProperties(
        "blazar",
        serviceType,
        interfaceName,
        region,
        endpointOverride.isEmpty() ? null : URI.create(endpointOverride),
        connectTimeout,
        readTimeout,
        CONCURRENCY);
  }

  private static boolean isEndpoint(String text) {
    return SettingRules.isHttpUrl(text) && URI.create(text).getPath().endsWith("/v1");
  }
}

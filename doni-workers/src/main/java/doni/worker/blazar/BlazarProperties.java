package doni.worker.blazar;

import doni.openstack.EndpointProperties;
import doni.openstack.ServiceProperties;
import doni.worker.SettingRules;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the two Blazar workers.
 *
 * @param endpoint of Blazar; an {@code endpoint-override} includes {@code /v1}. The read time-out
 *     allows for the listing: Blazar takes 3 to 4 ms for each device of the site
 * @param backend {@code blazar}, or {@code in-memory} for development without a site
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.blazar", ignoreUnknownFields = false)
record BlazarProperties(
    @Name("") @DefaultValue @NestedConfigurationProperty EndpointProperties endpoint,
    @DefaultValue("blazar") String backend) {

  private static final SettingRules RULES = new SettingRules("doni.workers.blazar.");

  /** More than the two lanes together have places, so that it never is what they wait for. */
  private static final int CONCURRENCY = 16;

  BlazarProperties {
    String override = endpoint.endpointOverride();
    RULES.require(
        override.isEmpty() || (SettingRules.isHttpUrl(override) && override.endsWith("/v1")),
        "endpoint-override",
        override,
        "an http or https URL that ends in /v1");
    endpoint.check(RULES);
  }

  ServiceProperties service() {
    return endpoint.service("blazar", "reservation", CONCURRENCY);
  }
}

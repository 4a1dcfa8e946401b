package doni.worker.tunelo;

import doni.openstack.EndpointProperties;
import doni.openstack.ServiceProperties;
import doni.worker.SettingRules;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the tunelo worker.
 *
 * @param endpoint where Tunelo is; an {@code endpoint-override} does not include {@code /channels}.
 *     The read time-out allows for the creation of two ports
 * @param backend {@code openstack} for Tunelo, {@code in-memory} for development without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.tunelo", ignoreUnknownFields = false)
record TuneloProperties(
    @Name("") @DefaultValue @NestedConfigurationProperty EndpointProperties endpoint,
    @DefaultValue("openstack") String backend) {

  private static final SettingRules RULES = new SettingRules("doni.workers.tunelo.");

  /** As many calls at once as the lane has places; each is a query on Neutron's database. */
  private static final int CONCURRENCY = 10;

  TuneloProperties {
    endpoint.check(RULES);
  }

  ServiceProperties service() {
    return endpoint.service(TuneloWorker.TYPE, "channel", CONCURRENCY);
  }
}

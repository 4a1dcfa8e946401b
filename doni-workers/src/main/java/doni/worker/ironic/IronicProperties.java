package doni.worker.ironic;

import doni.openstack.EndpointProperties;
import doni.openstack.ServiceProperties;
import doni.worker.SettingRules;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * The settings of the ironic worker.
 *
 * @param endpoint where Ironic is; an {@code endpoint-override} is with or without {@code /v1}. The
 *     read time-out allows for a node's lock, which a write waits for
 * @param onDelete what becomes of the node of a deleted host
 * @param backend {@code ironic}, or {@code in-memory} for development without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.ironic", ignoreUnknownFields = false)
record IronicProperties(
    @Name("") @DefaultValue @NestedConfigurationProperty EndpointProperties endpoint,
    @DefaultValue("remove") HostOnDelete onDelete,
    @DefaultValue("ironic") String backend) {

  /** As many calls at once as the lane has places. */
  private static final int CONCURRENCY = 10;

  private static final SettingRules RULES = new SettingRules("doni.workers.ironic.");

  /** What becomes of the node of a deleted host. */
  enum HostOnDelete {
    /** It is deleted as soon as it is out of use. */
    REMOVE,
    /** It stays as it is, for a site whose nodes are managed in Ironic. */
    KEEP
  }

  IronicProperties {
    endpoint.check(RULES);
  }

  ServiceProperties service() {
    return endpoint.service("ironic", "baremetal", CONCURRENCY);
  }
}

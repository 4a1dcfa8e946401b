package doni.worker.ironic;

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
 * The settings of the ironic worker.
 *
 * @param endpointOverride where Ironic is, in place of what the catalog says; with or without
 *     {@code /v1}
 * @param serviceType of Ironic in the catalog
 * @param endpointInterface of the catalog; null takes {@code doni.keystone.interface}
 * @param region of the catalog; null takes {@code doni.keystone.region}
 * @param connectTimeout for a connection to Ironic
 * @param readTimeout for an answer; a write waits for a node's lock before it answers
 * @param onDelete what becomes of the node of a deleted host
 * @param backend {@code ironic}, or {@code in-memory} for development without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.ironic", ignoreUnknownFields = false)
record IronicProperties(
    @DefaultValue("") String endpointOverride,
    @DefaultValue("baremetal") String serviceType,
    @Name("interface") @Nullable String endpointInterface,
    @Nullable String region,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("60s") Duration readTimeout,
    @DefaultValue("remove") OnDelete onDelete,
    @DefaultValue("ironic") String backend) {

  /** As many calls at once as the lane has places. */
  private static final int CONCURRENCY = 10;

  private static final SettingRules RULES = new SettingRules("doni.workers.ironic.");

  /** What becomes of the node of a deleted host. */
  enum OnDelete {
    /** It is deleted as soon as nobody uses it. */
    REMOVE,
    /** It stays as it is: Ironic is where the site's nodes are kept. */
    KEEP
  }

  IronicProperties {
    RULES.require(
        endpointOverride.isBlank() || SettingRules.isHttpUrl(endpointOverride.strip()),
        "endpoint-override",
        endpointOverride,
        "an http or https URL");
    RULES.require(!serviceType.isBlank(), "service-type", serviceType, "the type of a service");
    RULES.endpointInterface(endpointInterface);
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("read-timeout", readTimeout);
  }

  ServiceProperties service() {
    return new ServiceProperties(
        "ironic",
        serviceType,
        endpointInterface,
        region == null || region.isBlank() ? null : region,
        endpointOverride.isBlank() ? null : URI.create(endpointOverride.strip()),
        connectTimeout,
        readTimeout,
        CONCURRENCY);
  }
}

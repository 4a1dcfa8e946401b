package doni.openstack;

import doni.worker.SettingRules;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * Endpoint and time-out settings, the same for each OpenStack service that a worker calls.
 *
 * <p>A worker's settings hold this record as a component named {@code @Name("")}, so its keys are
 * those of the worker, for example {@code doni.workers.ironic.read-timeout}. The worker calls
 * {@link #check} in its constructor, because only the worker knows its keys' prefix.
 *
 * @param endpointOverride the service's URL, used instead of the catalog's; empty for none
 * @param serviceType type in the catalog; null for the worker's default
 * @param interfaceName interface in the catalog: {@code public}, {@code internal} or {@code admin};
 *     null for {@code doni.keystone.interface}
 * @param region region in the catalog; null for {@code doni.keystone.region}
 * @param connectTimeout limit for opening a connection
 * @param readTimeout limit for the answer, once the connection is open
 */
public record EndpointProperties(
    @DefaultValue("") String endpointOverride,
    @Nullable String serviceType,
    @Name("interface") @Nullable String interfaceName,
    @Nullable String region,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("60s") Duration readTimeout) {

  public EndpointProperties {
    endpointOverride = endpointOverride.strip();
    region = region == null || region.isBlank() ? null : region;
  }

  /**
   * Checks every setting.
   *
   * @throws IllegalArgumentException with the key, the value and what is allowed
   */
  public void check(SettingRules rules) {
    rules.require(
        endpointOverride.isEmpty() || SettingRules.isHttpUrl(endpointOverride),
        "endpoint-override",
        endpointOverride,
        "an http or https URL");
    rules.require(
        serviceType == null || !serviceType.isBlank(),
        "service-type",
        serviceType,
        "a type of the catalog");
    rules.endpointInterface(interfaceName);
    rules.timeout("connect-timeout", connectTimeout);
    rules.timeout("read-timeout", readTimeout);
  }

  /**
   * Returns these settings for one service.
   *
   * @param name the service's name in messages and metrics, for example {@code blazar}
   * @param defaultType the service's type in the catalog unless {@code service-type} is set
   * @param concurrency maximum number of concurrent calls
   */
  public ServiceProperties service(String name, String defaultType, int concurrency) {
    return new ServiceProperties(
        name,
        serviceType == null ? defaultType : serviceType,
        interfaceName,
        region,
        endpointOverride.isEmpty() ? null : URI.create(endpointOverride),
        connectTimeout,
        readTimeout,
        concurrency);
  }
}

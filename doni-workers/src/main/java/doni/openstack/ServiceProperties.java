package doni.openstack;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a service.
 *
 * @param name name in messages and metrics, for example {@code blazar}
 * @param type type in the catalog, for example {@code reservation}
 * @param interfaceName interface in the catalog: {@code internal}, {@code public} or {@code admin};
 *     null for {@code doni.keystone.interface}
 * @param region region in the catalog; null for {@code doni.keystone.region}
 * @param endpointOverride URL used instead of the catalog's; null for none
 * @param connectTimeout limit for opening a connection
 * @param readTimeout limit for the answer, once the connection is open
 * @param concurrency maximum number of concurrent calls
 */
public record ServiceProperties(
    String name,
    String type,
    @Nullable String interfaceName,
    @Nullable String region,
    @Nullable URI endpointOverride,
    Duration connectTimeout,
    Duration readTimeout,
    int concurrency) {}

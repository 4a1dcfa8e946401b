package doni.openstack;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a service.
 *
 * @param name what messages and metrics call it, for example {@code blazar}
 * @param type its type in the catalog, for example {@code reservation}
 * @param interfaceName which of its endpoints, {@code internal}, {@code public} or {@code admin};
 *     null takes {@code doni.keystone.interface}
 * @param region null takes {@code doni.keystone.region}
 * @param endpointOverride used in place of the catalog's
 * @param connectTimeout for a connection
 * @param readTimeout for an answer
 * @param concurrency how many calls may be under way at most
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

package doni.openstack;

import doni.enrollment.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openstack4j.model.identity.v3.Service;

/**
 * The service user's token.
 *
 * @param projectId project that the token is scoped to
 * @param roles names of the service user's roles in that project
 * @param startedAt when the login began
 */
record ServiceUserToken(
    Secret token,
    String projectId,
    Set<String> roles,
    ServiceCatalog catalog,
    Instant startedAt,
    Instant expiresAt) {

  ServiceUserToken {
    roles = Set.copyOf(roles);
  }

  /** The endpoints of the site's services, from the token. */
  record ServiceCatalog(List<Endpoint> endpoints) {

    /** One endpoint of a service. */
    record Endpoint(String type, String interfaceName, String region, String url) {}

    /**
     * The endpoint that a worker needs.
     *
     * @param region null if the catalog is expected to have one region only
     */
    record EndpointQuery(String type, String interfaceName, @Nullable String region) {}

    ServiceCatalog {
      endpoints = List.copyOf(endpoints);
    }

    /** Reads a token's catalog; endpoints without a URL are left out. */
    static ServiceCatalog of(@Nullable List<? extends Service> services) {
      List<Endpoint> found = new ArrayList<>();
      for (Service service : services == null ? List.<Service>of() : services) {
        List<? extends org.openstack4j.model.identity.v3.Endpoint> endpoints =
            service.getEndpoints();
        for (var endpoint : endpoints == null ? List.of() : endpoints) {
          add(found, service, (org.openstack4j.model.identity.v3.Endpoint) endpoint);
        }
      }
      return new ServiceCatalog(found);
    }

    private static void add(
        List<Endpoint> found,
        Service service,
        org.openstack4j.model.identity.v3.Endpoint endpoint) {
      if (endpoint.getUrl() == null || endpoint.getIface() == null) {
        return;
      }
      String region =
          Objects.requireNonNullElse(
              endpoint.getRegionId(), Objects.requireNonNullElse(endpoint.getRegion(), ""));
      found.add(
          new Endpoint(
              Objects.requireNonNullElse(service.getType(), ""),
              endpoint.getIface().name().toLowerCase(Locale.ROOT),
              region,
              endpoint.getUrl().toString()));
    }

    /** Returns the URL; empty if no endpoint matches, or several regions do. */
    Optional<String> url(EndpointQuery query) {
      List<Endpoint> found = matching(query);
      boolean clear = found.stream().map(Endpoint::region).distinct().count() == 1;
      return clear ? Optional.of(found.getFirst().url()) : Optional.empty();
    }

    /** Explains why {@link #url} is empty. */
    String complaint(EndpointQuery query, String overrideKey) {
      List<Endpoint> found = matching(query);
      if (!found.isEmpty()) {
        return "the catalog has the service '%s' in several regions (%s): set doni.keystone.region"
            .formatted(
                query.type(),
                found.stream().map(Endpoint::region).distinct().collect(Collectors.joining(", ")));
      }
      return "the catalog has no endpoint of the service '%s' with interface '%s' in %s: set %s"
          .formatted(
              query.type(),
              query.interfaceName(),
              query.region() == null ? "any region" : "the region '" + query.region() + "'",
              overrideKey);
    }

    /** Returns the types of the services, sorted. */
    List<String> types() {
      return endpoints.stream().map(Endpoint::type).distinct().sorted().toList();
    }

    private List<Endpoint> matching(EndpointQuery query) {
      return endpoints.stream()
          .filter(endpoint -> endpoint.type().equals(query.type()))
          .filter(endpoint -> endpoint.interfaceName().equals(query.interfaceName()))
          .filter(endpoint -> query.region() == null || endpoint.region().equals(query.region()))
          .toList();
    }
  }
}

package doni.openstack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Where the services of the site are, as a token tells it. */
record ServiceCatalog(List<Endpoint> endpoints) {

  /** One way to one service. */
  record Endpoint(String type, String interfaceName, String region, String url) {}

  /**
   * What is looked for.
   *
   * @param region null where the catalog is expected to have one region only
   */
  record Wanted(String type, String interfaceName, @Nullable String region) {}

  ServiceCatalog {
    endpoints = List.copyOf(endpoints);
  }

  /** Reads {@code token.catalog} of Identity API v3; what is incomplete in it is left out. */
  static ServiceCatalog read(JsonNode catalog) {
    List<Endpoint> found = new ArrayList<>();
    for (JsonNode service : catalog) {
      for (JsonNode endpoint : service.path("endpoints")) {
        String region = endpoint.path("region_id").asString(endpoint.path("region").asString(""));
        String url = endpoint.path("url").asString("");
        if (!url.isBlank()) {
          found.add(
              new Endpoint(
                  service.path("type").asString(""),
                  endpoint.path("interface").asString(""),
                  region,
                  url));
        }
      }
    }
    return new ServiceCatalog(found);
  }

  /** The URL of the service; empty when there is none, or in several regions and none is wanted. */
  Optional<String> url(Wanted wanted) {
    List<Endpoint> found = matching(wanted);
    boolean clear = found.stream().map(Endpoint::region).distinct().count() == 1;
    return clear ? Optional.of(found.getFirst().url()) : Optional.empty();
  }

  /** Why {@link #url} is empty. */
  String complaint(Wanted wanted, String overrideKey) {
    List<Endpoint> found = matching(wanted);
    if (!found.isEmpty()) {
      return "the catalog has the service '%s' in several regions (%s): set doni.keystone.region"
          .formatted(
              wanted.type(),
              found.stream().map(Endpoint::region).distinct().collect(Collectors.joining(", ")));
    }
    return "the catalog has no endpoint of the service '%s' with interface '%s' in %s; set %s to do without"
        .formatted(
            wanted.type(),
            wanted.interfaceName(),
            wanted.region() == null ? "any region" : "the region '" + wanted.region() + "'",
            overrideKey);
  }

  private List<Endpoint> matching(Wanted wanted) {
    return endpoints.stream()
        .filter(endpoint -> endpoint.type().equals(wanted.type()))
        .filter(endpoint -> endpoint.interfaceName().equals(wanted.interfaceName()))
        .filter(endpoint -> wanted.region() == null || endpoint.region().equals(wanted.region()))
        .toList();
  }
}

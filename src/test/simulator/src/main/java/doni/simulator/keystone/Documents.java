package doni.simulator.keystone;

import doni.simulator.keystone.User.Project;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The bodies of the answers. */
final class Documents {

  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final String REGION = "RegionOne";

  private record Service(String name, URI url) {}

  /** By service type. */
  private final Map<String, Service> catalog = new ConcurrentSkipListMap<>();

  void addService(String type, String name, URI url) {
    catalog.put(type, new Service(name, url));
  }

  JsonNode token(Token token, boolean withCatalog) {
    ObjectNode body = object();
    ObjectNode content = body.putObject("token");
    token.methods().forEach(content.putArray("methods")::add);
    ObjectNode user = content.putObject("user");
    user.put("id", token.user().id()).put("name", token.user().name());
    user.putNull("password_expires_at");
    domain(user);
    content.putArray("audit_ids").add(token.auditId());
    content.put("issued_at", text(token.issuedAt())).put("expires_at", text(token.expiresAt()));
    token
        .credential()
        .ifPresent(credential ->
            content
                .putObject("application_credential")
                .put("id", credential.id())
                .put("name", credential.name())
                .put("restricted", true));
    if (token.scoped()) {
      scope(content, token.user(), withCatalog);
    }
    return body;
  }

  JsonNode catalog() {
    ArrayNode services = JsonNodeFactory.instance.arrayNode();
    catalog.forEach((type, service) -> {
      ObjectNode entry =
          services
              .addObject()
              .put("id", stableId(type))
              .put("type", type)
              .put("name", service.name());
      ArrayNode endpoints = entry.putArray("endpoints");
      for (String side : List.of("public", "internal", "admin")) {
        endpoints
            .addObject()
            .put("id", stableId(type + side))
            .put("interface", side)
            .put("region", REGION)
            .put("region_id", REGION)
            .put("url", service.url().toString());
      }
    });
    return services;
  }

  JsonNode project(Project project) {
    ObjectNode json = object();
    json.put("id", project.id()).put("name", project.name()).put("description", "");
    json.put("domain_id", "default").put("parent_id", "default");
    json.put("enabled", true).put("is_domain", false);
    json.putArray("tags");
    json.putObject("options");
    return json;
  }

  JsonNode user(User user) {
    ObjectNode json = object();
    json.put("id", user.id()).put("name", user.name()).put("domain_id", "default");
    json.put("enabled", true).putNull("password_expires_at");
    json.putObject("options");
    return json;
  }

  JsonNode list(String name, List<JsonNode> items, URI self) {
    ObjectNode body = object();
    items.forEach(body.putArray(name)::add);
    body.putObject("links").put("self", self.toString()).putNull("next").putNull("previous");
    return body;
  }

  JsonNode single(String name, JsonNode item) {
    ObjectNode body = object();
    body.set(name, item);
    return body;
  }

  JsonNode version(URI base) {
    ObjectNode version = object().put("id", "v3.14").put("status", "stable");
    version.put("updated", "2020-04-07T00:00:00Z");
    version.putArray("links").addObject().put("rel", "self").put("href", base + "/v3/");
    version
        .putArray("media-types")
        .addObject()
        .put("base", "application/json")
        .put("type", "application/vnd.openstack.identity-v3+json");
    return version;
  }

  private void scope(ObjectNode content, User user, boolean withCatalog) {
    ObjectNode project = content.putObject("project");
    project.put("id", user.project().id()).put("name", user.project().name());
    domain(project);
    content.put("is_domain", false);
    ArrayNode roles = content.putArray("roles");
    user.roles().forEach(role -> roles.addObject().put("id", stableId(role)).put("name", role));
    if (withCatalog) {
      content.set("catalog", catalog());
    }
  }

  private static void domain(ObjectNode of) {
    of.putObject("domain").put("id", "default").put("name", "Default");
  }

  private static String text(Instant time) {
    return MICROSECONDS.format(time);
  }

  private static String stableId(String of) {
    return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}

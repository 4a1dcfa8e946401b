package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import doni.api.RestTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * {@code openapi/doni.yaml} equals the document that the service serves. After a change of the API,
 * refresh it with {@code ./mvnw -pl doni-api -am test -Dtest=PublishedApiIT
 * -Dsurefire.failIfNoSpecifiedTests=false -Dopenapi.refresh=true} and commit it.
 */
@RestTest
class PublishedApiIT {

  private static final Path PUBLISHED = Path.of("..", "openapi", "doni.yaml");

  private final Http http;

  PublishedApiIT(@LocalServerPort int port) {
    this.http = new Http(port);
  }

  @Test
  void isWhatIsServed() throws IOException {
    String served = http.get("/v3/api-docs.yaml").body();
    if (Boolean.getBoolean("openapi.refresh")) {
      Files.createDirectories(PUBLISHED.getParent());
      Files.writeString(PUBLISHED, served);
    }

    assertThat(served).isEqualTo(Files.readString(PUBLISHED));
  }

  @Test
  void describesEveryEndpointWithItsErrors() {
    JsonNode paths = http.get("/v3/api-docs").json().get("paths");

    assertThat(paths.propertyNames())
        .contains(
            "/",
            "/healthcheck",
            "/v1/hardware",
            "/v1/hardware/export",
            "/v1/hardware/{ref}",
            "/v1/hardware/{ref}/availability",
            "/v1/hardware/{ref}/config.json",
            "/v1/hardware/{ref}/device-availability",
            "/v1/hardware/{ref}/events",
            "/v1/hardware/{ref}/plan",
            "/v1/hardware/{ref}/readiness",
            "/v1/hardware/{ref}/sync",
            "/v1/hardware/sync",
            "/v1/sync",
            "/v1/sync/{uuid}",
            "/v1/sync/{uuid}/cancel",
            "/v1/sync/{uuid}/pause",
            "/v1/sync/{uuid}/resume",
            "/v1/plan",
            "/v1/hardware-types",
            "/v1/hardware:import");
    for (JsonNode path : paths) {
      for (JsonNode operation : path) {
        assertThat(operation.get("responses").propertyNames()).contains("400", "500", "503");
        assertThat(operation.get("summary").asString()).isNotEmpty();
      }
    }
    assertThat(paths.at("/~1v1~1hardware~1{ref}/patch/responses").propertyNames())
        .containsAll(List.of("200", "400", "401", "403", "404", "409", "412", "413", "415"));
    assertThat(paths.at("/~1v1~1hardware~1export/get/responses").propertyNames())
        .doesNotContain("401");
  }

  /** What a type, a format or a list of allowed values does not say by itself. */
  @Test
  void givesAnExampleOfEveryText() {
    JsonNode description = http.get("/v3/api-docs").json();
    List<String> without = new ArrayList<>();
    description
        .at("/components/schemas")
        .propertyStream()
        .forEach(schema ->
            schema
                .getValue()
                .path("properties")
                .propertyStream()
                .filter(property -> isText(property.getValue()) && !hasExample(property.getValue()))
                .forEach(property -> without.add(schema.getKey() + "." + property.getKey())));
    for (JsonNode path : description.get("paths")) {
      for (JsonNode operation : path) {
        operation
            .path("parameters")
            .valueStream()
            .filter(parameter -> isText(parameter.path("schema")))
            .filter(parameter -> !hasExample(parameter) && !hasExample(parameter.path("schema")))
            .forEach(parameter ->
                without.add(operation.get("operationId").asString() + " " + parameter.get("name")));
      }
    }

    assertThat(without).isEmpty();
  }

  private static boolean isText(JsonNode schema) {
    return schema.path("type").toString().contains("string")
        && !schema.has("enum")
        && !schema.has("format");
  }

  private static boolean hasExample(JsonNode described) {
    return described.has("example") || described.has("examples");
  }

  @Test
  void refersToNothingThatItDoesNotHold() {
    JsonNode description = http.get("/v3/api-docs").json();

    assertThat(description.findValuesAsString("$ref"))
        .isNotEmpty()
        .allSatisfy(
            ref -> assertThat(description.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
  }

  @Test
  void isShownForPeople() {
    assertThat(http.get("/swagger-ui/index.html").status()).isEqualTo(200);
  }
}

package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import doni.api.RestTest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Every operation of the API refuses query parameters that it does not know. */
@RestTest
class UnknownParametersIT {

  private final Http http;

  UnknownParametersIT(@LocalServerPort int port) {
    this.http = new Http(port);
  }

  @TestFactory
  Stream<DynamicTest> everyOperationNamesTheParametersThatItKnows() {
    return http.get("/v3/api-docs")
        .json()
        .get("paths")
        .propertyStream()
        .flatMap(path ->
            path.getValue()
                .propertyStream()
                .map(operation ->
                    DynamicTest.dynamicTest(
                        operation.getValue().get("operationId").asString(),
                        () ->
                            assertNames(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                operation.getValue()))));
  }

  private void assertNames(String method, String path, JsonNode operation) {
    String known =
        operation
            .path("parameters")
            .valueStream()
            .filter(parameter -> parameter.get("in").asString().equals("query"))
            .map(parameter -> parameter.get("name").asString())
            .collect(Collectors.joining(", "));
    List<String> type =
        operation
            .at("/requestBody/content")
            .propertyStream()
            .findFirst()
            .map(content -> List.of("Content-Type", content.getKey()))
            .orElse(List.of());

    Http.Answer answer =
        http.send(
            method,
            path.replaceAll("\\{\\w+}", "edge-01") + "?hardware_uuid=1",
            "",
            type.toArray(String[]::new));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .isEqualTo(
            "hardware_uuid: unknown parameter; allowed: " + (known.isEmpty() ? "none" : known));
  }

  @Test
  void namesEveryUnknownParameterOnce() {
    assertThat(http.get("/v1/leftovers?b=1&limit=1&a&b=2&%C3%A9=1").error())
        .isEqualTo(
            "b: unknown parameter; allowed: limit, after;"
                + " a: unknown parameter; allowed: limit, after;"
                + " é: unknown parameter; allowed: limit, after");
  }

  @ParameterizedTest
  @CsvSource({"?, 200", "?&, 200", "?%6cimit=1, 200", "?Limit=1, 400", "?limit[]=1, 400"})
  void readsNamesAsTheyAreDecoded(String query, int status) {
    assertThat(http.get("/v1/leftovers" + query.replace("[]", "%5B%5D")).status())
        .isEqualTo(status);
  }

  @Test
  void callersWithoutATokenLearnNothing() {
    assertThat(http.get("/v1/leftovers?a=1", "X-Auth-Token", "unknown").status()).isEqualTo(401);
  }

  @Test
  @Timeout(20)
  void aStreamHasNoPages() {
    assertThat(http.get("/v1/events?limit=1", "Accept", "text/event-stream").error())
        .isEqualTo(
            "limit: unknown parameter; allowed: hardware, kind, worker_type, user_id, project_id");
  }

  @Test
  void leavesPathsAloneThatAreNotOfTheApi() {
    assertThat(http.get("/swagger-ui/index.html?a=1").status()).isEqualTo(200);
  }
}

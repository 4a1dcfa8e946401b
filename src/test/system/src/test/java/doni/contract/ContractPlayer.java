package doni.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Plays recorded calls against a service, one after the other, and judges its answers. */
final class ContractPlayer implements AutoCloseable {

  private static final String REQUEST_ID =
      "req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> variables = new HashMap<>();
  private final URI service;
  private final Set<String> others;

  ContractPlayer(URI service) {
    this(service, Set.of());
  }

  /**
   * @param others the uuids of devices that are there besides those of the recording, and that
   *     lists may show
   */
  ContractPlayer(URI service, Set<String> others) {
    this.service = service;
    this.others = Set.copyOf(others);
  }

  /** Fails with all that is wrong with the answer. */
  void play(ContractCase recorded) throws IOException, InterruptedException {
    HttpResponse<String> response = send(recorded);
    Answer answer = Answer.of(response).without(others);
    JsonNode body = answer.json().orElse(MissingNode.getInstance());
    variables.putAll(recorded.saved(body));

    assertThat(recorded.expected(variables).shortcomings(answer)).as(answer.body()).isEmpty();
    checkHeaders(response);
    checkNotes(recorded, body);
  }

  private HttpResponse<String> send(ContractCase recorded)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(service.resolve(recorded.path(variables)))
            .method(
                recorded.method(),
                recorded
                    .body(variables)
                    .map(BodyPublishers::ofString)
                    .orElse(BodyPublishers.noBody()));
    recorded.caller().ifPresent(caller -> authenticate(request, caller));
    if (recorded.body(variables).isPresent()) {
      request.header("Content-Type", recorded.contentType());
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
  }

  private static void authenticate(HttpRequest.Builder request, String caller) {
    request.header("X-Auth-Token", ServiceUnderTest.TOKENS.getOrDefault(caller, caller));
  }

  private static void checkHeaders(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("OpenStack-Request-Id"))
        .hasValueSatisfying(id -> assertThat(id).matches(REQUEST_ID));
    assertThat(response.headers().allValues("Vary"))
        .anySatisfy(vary -> assertThat(vary).contains("X-Auth-Token"));
    if (response.statusCode() == 401) {
      assertThat(response.headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).startsWith("Keystone uri=\""));
    }
  }

  /** What the recording says in words. */
  private void checkNotes(ContractCase recorded, JsonNode body)
      throws IOException, InterruptedException {
    switch (recorded.name()) {
      case "get not a uuid" ->
          assertThat(body.path("uuid").asString()).isEqualTo(variables.get("dev1"));
      case "list limit 1" -> checkPage(body);
      default -> {
        // Says nothing beyond its expected answer.
      }
    }
  }

  /** One device, and a link that leads to exactly the next one. */
  private void checkPage(JsonNode page) throws IOException, InterruptedException {
    assertThat(page.path("hardware").size()).isEqualTo(1);
    assertThat(page.path("links").size()).isEqualTo(1);
    JsonNode link = page.get("links").get(0);
    assertThat(link.path("rel").asString()).isEqualTo("next");
    URI next = URI.create(link.path("href").asString());
    assertThat(next).hasParameter("limit", "1").hasParameter("marker", variables.get("dev1"));
    HttpRequest.Builder request = request(next);
    authenticate(request, "alice");
    Answer second = Answer.of(http.send(request.build(), BodyHandlers.ofString()));
    assertThat(second.json().orElseThrow().at("/hardware/0/uuid").asString())
        .isEqualTo(variables.get("dev2"));
  }

  @Override
  public void close() {
    http.close();
  }
}

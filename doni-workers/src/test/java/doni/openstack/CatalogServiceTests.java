package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogServiceTests extends SiteTest {

  private final OpenStackService service = openStack.service(settings());

  @Test
  void sendsJsonWithTokenAndRequestId() {
    service.send(ServiceRequest.post("/channels", Map.of("a", 1)).withHeader("X-Version", "1.51"));

    FakeSite.Seen seen = site.seen.getFirst();
    assertThat(seen.path()).isEqualTo("/service/channels");
    assertThat(seen.header("X-Auth-Token")).isEqualTo("token-1");
    assertThat(seen.header("Accept")).isEqualTo("application/json");
    assertThat(seen.header("Content-Type")).isEqualTo("application/json");
    assertThat(seen.header("X-Version")).isEqualTo("1.51");
    assertThat(seen.header("X-OpenStack-Request-ID"))
        .matches("req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE"})
  void sendsNoContentTypeWithoutABody(String method) {
    service.send(new ServiceRequest(method, "/channels", null, Map.of()));

    assertThat(site.seen.getFirst().header("Content-Type")).isEmpty();
    assertThat(site.seen.getFirst().header("Accept")).isEqualTo("application/json");
  }

  @Test
  void returnsStatusMessageAndRequestId() {
    site.service =
        _ ->
            new FakeSite.Reply(
                404,
                Map.of("X-Openstack-Request-Id", "req-1", "Content-Type", "application/json"),
                "{\"error\":\"Channel U not found.\"}");

    ServiceResponse answer = service.send(ServiceRequest.get("/channels/U"));

    assertThat(answer.isSuccess()).isFalse();
    assertThat(answer.message()).isEqualTo("Channel U not found.");
    assertThat(answer.requestId()).isEqualTo("req-1");
    assertThat(answer.refused())
        .hasMessage("tunelo answered 404: Channel U not found. (GET /channels/U, req-1)");
  }

  @Test
  void findsTheEndpointByTypeInterfaceAndRegion() {
    site.addService("channel", "internal", "RegionOne", site.server() + "/internal-one/");
    site.addService("channel", "internal", "RegionTwo", site.server() + "/internal-two");

    openStack
        .service(settings("internal", "RegionOne", null, READ_TIMEOUT))
        .send(ServiceRequest.get("/channels"));
    openStack(keystone(FakeSite.PASSWORD, "RegionTwo"))
        .service(settings("internal", null, null, READ_TIMEOUT))
        .send(ServiceRequest.get("/channels"));

    assertThat(site.seen)
        .extracting(FakeSite.Seen::path)
        .containsExactly("/internal-one/channels", "/internal-two/channels");
  }

  @Test
  void asksForTheRegionWhereThereAreSeveral() {
    site.addService("channel", "public", "RegionTwo", site.server() + "/two");

    assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("RegionOne, RegionTwo")
        .hasMessageContaining("doni.keystone.region");
  }

  @Test
  void namesTheMissingEndpoint() {
    OpenStackService elsewhere = openStack.service(settings("admin", "Edge", null, READ_TIMEOUT));

    BackendException missing =
        catchThrowableOfType(
            BackendException.class, () -> elsewhere.send(ServiceRequest.get("/channels")));

    assertThat(missing.kind()).isEqualTo(BackendException.Kind.NOT_SENT);
    assertThat(missing)
        .hasMessageContaining("'channel'")
        .hasMessageContaining("'admin'")
        .hasMessageContaining("'Edge'")
        .hasMessageContaining("doni.workers.tunelo.endpoint-override");
  }

  @Test
  void findsANewCatalogEntryWithoutARestart() {
    OpenStackService elsewhere = openStack.service(settings(null, "Edge", null, READ_TIMEOUT));
    assertThatThrownBy(() -> elsewhere.send(ServiceRequest.get("/channels")))
        .isInstanceOf(BackendException.class);
    site.addService("channel", "public", "Edge", site.server() + "/edge");
    clock.advance(Duration.ofSeconds(61));

    elsewhere.send(ServiceRequest.get("/channels"));

    assertThat(site.seen.getLast().path()).isEqualTo("/edge/channels");
  }

  @Test
  void usesTheEndpointOverride() {
    URI override = URI.create(site.server() + "/override/");

    openStack
        .service(settings(null, "Nowhere", override, READ_TIMEOUT))
        .send(ServiceRequest.get("/channels"));

    assertThat(site.seen.getLast().path()).isEqualTo("/override/channels");
  }

  @ParameterizedTest
  @CsvSource({"429", "502", "503", "504"})
  void throwsWhenTheServiceIsDownOrOverloaded(int status) {
    site.service =
        _ -> new FakeSite.Reply(status, Map.of("Retry-After", "7"), "{\"message\":\"busy\"}");

    BackendException thrown =
        catchThrowableOfType(
            BackendException.class, () -> service.send(ServiceRequest.post("/channels", Map.of())));

    assertThat(thrown.status()).isEqualTo(status);
    assertThat(thrown.retryAfter()).hasValue(Duration.ofSeconds(7));
    assertThat(thrown.write()).isTrue();
    assertThat(thrown).hasMessageContaining("busy");
    assertThat(site.seen).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"400", "403", "404", "409", "500"})
  void returnsEveryOtherAnswer(int status) {
    site.service = _ -> FakeSite.Reply.json(status, "{\"error\":\"why\"}");

    ServiceResponse answer = service.send(ServiceRequest.post("/channels", Map.of()));

    assertThat(answer.status()).isEqualTo(status);
    assertThat(site.seen).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>hello</html>", "{\"channels\":[", "", "   "})
  void treatsASuccessWithoutJsonAsAFailure(String body) {
    site.service = _ -> FakeSite.Reply.json(200, body);

    assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
        .isInstanceOf(BackendException.class)
        .hasMessage("tunelo answered 200: the response to GET /channels is not JSON");
  }

  @Test
  void acceptsAnEmptyAnswerToAWrite() {
    site.service = _ -> new FakeSite.Reply(200, Map.of(), "");

    ServiceResponse answer = service.send(ServiceRequest.delete("/channels/U"));

    assertThat(answer.isSuccess()).isTrue();
    assertThat(answer.body().isMissingNode()).isTrue();
  }

  @Test
  void doesNotFollowARedirect() {
    site.service = _ -> new FakeSite.Reply(302, Map.of("Location", site.server() + "/evil"), "");

    ServiceResponse answer = service.send(ServiceRequest.get("/channels"));

    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.isSuccess()).isFalse();
    assertThat(site.seen).hasSize(1);
  }

  @Test
  void repeatsAReadOnceWhenThePooledConnectionIsDead() {
    service.send(ServiceRequest.get("/channels"));
    site.restart();

    ServiceResponse answer = service.send(ServiceRequest.get("/channels"));

    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void neverRepeatsAWriteWhoseAnswerWasLost() {
    service.send(ServiceRequest.get("/channels"));
    site.service = _ -> new FakeSite.Reply(0, Map.of(), "");

    BackendException lost =
        catchThrowableOfType(
            BackendException.class, () -> service.send(ServiceRequest.post("/channels", Map.of())));

    assertThat(lost.kind()).isEqualTo(BackendException.Kind.CONNECTION);
    assertThat(lost.write()).isTrue();
    assertThat(site.seen).filteredOn(seen -> seen.method().equals("POST")).hasSize(1);
  }

  @Test
  void reportsNoWriteWhenNothingWasSent() {
    OpenStackService nowhere =
        openStack.service(settings(null, null, URI.create("http://127.0.0.1:1"), READ_TIMEOUT));

    BackendException refused =
        catchThrowableOfType(
            BackendException.class, () -> nowhere.send(ServiceRequest.post("/channels", Map.of())));

    assertThat(refused.kind()).isEqualTo(BackendException.Kind.CONNECTION);
    assertThat(refused.write()).isFalse();
  }

  @Test
  void stopsWaitingAtTheReadTimeout() {
    site.service = _ -> site.hang();
    OpenStackService impatient =
        openStack.service(settings(null, null, null, Duration.ofMillis(200)));

    BackendException late =
        catchThrowableOfType(
            BackendException.class,
            () -> impatient.send(ServiceRequest.post("/channels", Map.of())));

    assertThat(late.kind()).isEqualTo(BackendException.Kind.TIMEOUT);
    assertThat(late.write()).isTrue();
    assertThat(late).hasMessage("tunelo: no response within 200 ms (POST /channels)");
  }

  @Test
  void opensOnlyTheCircuitOfTheServiceThatIsDown() {
    site.service = _ -> FakeSite.Reply.json(503, "{\"message\":\"down\"}");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
          .isInstanceOf(BackendException.class);
    }

    assertThat(service.lanePause()).isPresent();
    assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
        .hasMessageContaining("circuit");
    assertThat(site.seen).hasSize(5);
    assertThat(openStack.service(settings()).lanePause()).isEmpty();
  }

  @Test
  void keepsTheCircuitClosedForOtherAnswers() {
    site.service = _ -> FakeSite.Reply.json(500, "{\"error\":\"Duplicate entry\"}");

    for (int i = 0; i < 10; i++) {
      assertThat(service.send(ServiceRequest.get("/channels")).status()).isEqualTo(500);
    }

    assertThat(service.lanePause()).isEmpty();
  }

  @Test
  void measuresItsCalls() {
    service.send(ServiceRequest.get("/channels"));

    assertThat(meters.get("doni.remote").tag("service", "tunelo").timer().count()).isEqualTo(1);
    assertThat(meters.get("doni.remote").tag("service", "keystone").timer().count()).isEqualTo(1);
  }

  @Test
  void masksSecretsThatTheServiceQuotes() {
    site.service = seen -> FakeSite.Reply.json(400, "{\"error\":\"bad: " + quoted(seen) + "\"}");

    ServiceResponse answer =
        service.send(
            ServiceRequest.post(
                "/nodes",
                Map.of(
                    "one",
                    new Secret("s3cret-one"),
                    "driver_info",
                    Map.of("ipmi_password", "s3cret-two"),
                    "patch",
                    List.of(Map.of("path", "/driver_info/ipmi_password", "value", "s3cret-3")))));

    assertThat(site.seen.getFirst().body()).contains("s3cret-one", "s3cret-two", "s3cret-3");
    assertThat(answer.message()).startsWith("bad: ").contains(Secret.MASK).doesNotContain("s3cret");
    assertThat(answer.refused().getMessage()).doesNotContain("s3cret");
  }

  @Test
  void masksASecretHeaderThatTheServiceQuotes() {
    site.service =
        seen ->
            FakeSite.Reply.json(400, "{\"error\":\"bad " + seen.header("X-Subject-Token") + "\"}");

    ServiceResponse answer =
        service.send(ServiceRequest.get("/tokens").withHeader("X-Subject-Token", "s3cret-token"));

    assertThat(answer.message()).isEqualTo("bad " + Secret.MASK);
  }

  @Test
  void returnsTheAnswerOfEachCall() {
    AtomicInteger calls = new AtomicInteger();
    site.service = _ -> FakeSite.Reply.json(200, "{\"n\":" + calls.incrementAndGet() + "}");

    ServiceResponse first = service.send(ServiceRequest.get("/channels"));
    ServiceResponse second = service.send(ServiceRequest.get("/channels"));

    assertThat(first.body().path("n").asInt()).isEqualTo(1);
    assertThat(second.body().path("n").asInt()).isEqualTo(2);
  }

  private static String quoted(FakeSite.Seen seen) {
    return seen.body().replace("\\", "\\\\").replace("\"", "\\\"");
  }
}

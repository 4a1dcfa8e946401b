package doni.simulator.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class FaultTests {

  private final AtomicInteger served = new AtomicInteger();
  private final ApiServer server = server();
  private final PlainClient client = new PlainClient(server.uri(), Map.of());

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void answersWithStatusBodyAndHeaders() throws Exception {
    server.faults().add(Fault.everywhere().answering(503, "{\"a\":1}", Map.of("Retry-After", "2")));

    PlainClient.Reply reply = client.get("/things/1");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.text("/a")).isEqualTo("1");
    assertThat(reply.headers()).containsEntry("retry-after", "2");
    assertThat(served).hasValue(0);
  }

  @Test
  void hitsOnlyMatchingRequests() throws Exception {
    server.faults().add(Fault.on("POST", "/things/.*").answering(500, ""));

    assertThat(client.get("/things/1").status()).isEqualTo(200);
    assertThat(client.post("/things/1", "{}").status()).isEqualTo(500);
  }

  @Test
  void hitsAsOftenAsItIsTold() throws Exception {
    server.faults().add(Fault.everywhere().answering(500, "").times(2));

    assertThat(client.get("/things/1").status()).isEqualTo(500);
    assertThat(client.get("/things/1").status()).isEqualTo(500);
    assertThat(client.get("/things/1").status()).isEqualTo(200);
  }

  @Test
  void hitsUntilItIsCleared() throws Exception {
    Faults.Injected fault = server.faults().add(Fault.everywhere().answering(500, ""));
    assertThat(client.get("/things/1").status()).isEqualTo(500);

    fault.clear();

    assertThat(client.get("/things/1").status()).isEqualTo(200);
    assertThat(fault.hits()).isEqualTo(1);
  }

  @Test
  void delaysAnAnswer() throws Exception {
    server.faults().add(Fault.everywhere().delayed(Duration.ofMillis(200)));
    long began = System.nanoTime();

    PlainClient.Reply reply = client.get("/things/1");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(195));
  }

  @Test
  void dropsTheConnection() {
    server.faults().add(Fault.on("POST", ".*").dropping());

    assertThatThrownBy(() -> client.post("/things/1", "{}")).isInstanceOf(IOException.class);
    assertThat(served).hasValue(0);
  }

  @Test
  void losesTheAnswerAfterTheWork() {
    server.faults().add(Fault.on("POST", ".*").dropping().afterTheWork());

    assertThatThrownBy(() -> client.post("/things/1", "{}")).isInstanceOf(IOException.class);
    assertThat(served).hasValue(1);
  }

  @Test
  void hangsUntilItIsCleared() {
    server.faults().add(Fault.on("POST", ".*").hanging().once());
    CompletableFuture<Boolean> failed = inBackground();

    await().untilAsserted(() -> assertThat(server.faults().active()).isEmpty());
    assertThat(failed).isNotDone();
    server.faults().clear();

    assertThat(failed).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(true);
  }

  @Test
  void isControlledOverHttp() throws Exception {
    PlainClient.Reply added =
        client.post(
            "/_site/faults",
            """
            {"method": "GET", "path": "/things/.*", "status": 429, "body": {"why": "busy"},
             "headers": {"Retry-After": "1"}, "times": 5}
            """);

    assertThat(added.status()).isEqualTo(201);
    assertThat(client.get("/things/1").text("/why")).isEqualTo("busy");
    assertThat(client.get("/_site/faults").text("/0/hits")).isEqualTo("1");
    assertThat(client.delete("/_site/faults/" + added.text("/id")).status()).isEqualTo(204);
    assertThat(client.get("/things/1").status()).isEqualTo(200);
  }

  @Test
  void refusesAFaultThatMakesNoSense() throws Exception {
    assertThat(client.post("/_site/faults", "{\"path\": \"(\"}").status()).isEqualTo(400);
  }

  @Test
  void tellsCallsOverHttp() throws Exception {
    client.get("/things/1?a=b");

    PlainClient.Reply calls = client.get("/_site/calls");

    assertThat(calls.text("/total")).isEqualTo("1");
    assertThat(calls.text("/calls/0/path")).isEqualTo("/things/1");
    assertThat(calls.text("/calls/0/query")).isEqualTo("a=b");
  }

  @Test
  void logsCallsWithTheirOutcome() throws Exception {
    client.get("/things/1");
    client.post("/things/2", "{}");
    client.get("/nowhere");

    assertThat(server.calls().all())
        .extracting(Call::method, Call::path, Call::status)
        .containsExactly(
            tuple("GET", "/things/1", 200),
            tuple("POST", "/things/2", 200),
            tuple("GET", "/nowhere", 404));
    assertThat(server.calls().writes()).isEqualTo(1);
  }

  @Test
  void knowsTheMostCallsAtOneMomentForAPath() {
    server.faults().add(Fault.on("POST", "/things/1").hanging());
    CompletableFuture<Boolean> one = inBackground();
    CompletableFuture<Boolean> two = inBackground();

    await()
        .untilAsserted(
            () -> assertThat(server.calls().peaksByPath()).containsEntry("/things/1", 2));
    server.faults().clear();

    assertThat(CompletableFuture.allOf(one, two)).succeedsWithin(Duration.ofSeconds(5));
    assertThat(server.calls().peak()).isEqualTo(2);
  }

  @Test
  void listensAgainOnTheSamePort() throws Exception {
    server.stop();
    assertThatThrownBy(() -> client.get("/things/1")).isInstanceOf(IOException.class);

    server.start();

    assertThat(client.get("/things/1").status()).isEqualTo(200);
  }

  private CompletableFuture<Boolean> inBackground() {
    ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.post("/things/1", "{}").status() == 0;
          } catch (IOException e) {
            return true;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        },
        thread);
  }

  private ApiServer server() {
    ApiServer api = new ApiServer(0, Clock.systemUTC(), (status, text) -> Answer.empty(status));
    Router.Handler handler =
        request -> {
          served.incrementAndGet();
          return Answer.json(
              200, JsonNodeFactory.instance.objectNode().put("id", request.variable("id")));
        };
    api.router().route("GET", "/things/{id}", handler).route("POST", "/things/{id}", handler);
    api.start();
    return api;
  }
}

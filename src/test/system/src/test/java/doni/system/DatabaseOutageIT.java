package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults.Injected;
import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A database that goes and comes back.
 *
 * <p>One replica serves the API only, the other one works and hardly ever polls: so a device that
 * is enrolled at the first is only worked on because the second hears the call.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseOutageIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String READINESS = "/actuator/health/readiness";

  private final SitePostgres postgres = new SitePostgres();
  private final TestSite site;
  private final DoniProcess worker;
  private final DoniProcess api;
  private final Owner atWorker;
  private final Owner atApi;

  DatabaseOutageIT() {
    postgres.start();
    site = new TestSite("database-outage", postgres);
    worker = site.start("worker", Map.of("DONI_SYNC_POLL_INTERVAL", "1h"));
    api = site.start("api", Map.of("DONI_SYNC_ENABLED", "false"));
    site.keystone().addUser("outage", "outage-proj", "member");
    String token = site.keystone().token("outage");
    atWorker = site.at(worker, token);
    atApi = site.at(api, token);
  }

  /** Both know the token from then on. */
  @BeforeEach
  void awaitThatAllIsWell() {
    worker.awaitReady(TestSite.START);
    api.awaitReady(TestSite.START);
    awaitServed(atWorker);
    awaitServed(atApi);
  }

  @AfterEach
  void startAgain() {
    postgres.start();
  }

  @AfterAll
  void close() {
    site.close();
    postgres.close();
  }

  private static void awaitServed(Owner owner) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(owner.http().get(Owner.HARDWARE).status()).isEqualTo(200));
  }

  private static void isPutOff(Reply reply) {
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.headers().get("content-type")).startsWith("application/json");
    assertThat(reply.headers().get("retry-after")).matches("[1-9]\\d*");
    assertThat(reply.text("/error")).contains("database");
  }

  /** The client waits for 10 s, and the test fails when that is not enough. */
  @Test
  void putsRequestsOffWhileItIsAway() throws Exception {
    Enrolled device = atApi.enroll("before-the-outage");
    postgres.stop();

    isPutOff(atApi.http().get(Owner.HARDWARE));
    isPutOff(atApi.http().get(device.path()));
    isPutOff(atApi.http().post(Owner.HARDWARE, Owner.enrollment("during-the-outage")));
    isPutOff(atWorker.http().delete(device.path()));
  }

  /** A transaction on a connection that was used just before does not see that it is dead. */
  @Test
  void putsAChangeOffWhoseConnectionBreaks() throws Exception {
    Enrolled device = atApi.enroll("changed-in-the-outage");
    postgres.stop();

    isPutOff(atApi.http().post(Owner.HARDWARE, Owner.enrollment("during-the-outage")));
    isPutOff(atApi.http().delete(device.path()));
  }

  @Test
  void putsManyRequestsOffAsSoonAsOne() throws Exception {
    postgres.stop();
    awaitReadiness(api, 503);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Reply>> replies =
          threads.invokeAll(
              IntStream.range(0, 60)
                  .mapToObj(i ->
                      (Callable<Reply>)
                          () ->
                              i % 2 == 0
                                  ? atApi.http().get(Owner.HARDWARE)
                                  : management(api, READINESS))
                  .toList());

      // One project may not have that many requests answered at once: 429 for those beyond.
      assertThat(replies)
          .extracting(Future::get)
          .extracting(Reply::status)
          .contains(503)
          .isSubsetOf(503, 429);
    }
  }

  @Test
  void tellsThatItIsNotReadyButAlive() throws Exception {
    postgres.stop();

    awaitReadiness(worker, 503);
    assertThat(management(worker, "/actuator/health/liveness").status()).isEqualTo(200);
    isPutOff(atWorker.http().get("/healthcheck"));

    postgres.start();
    awaitReadiness(worker, 200);
  }

  private static void awaitReadiness(DoniProcess replica, int status) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(management(replica, READINESS).status()).isEqualTo(status));
  }

  private static Reply management(DoniProcess replica, String path)
      throws IOException, InterruptedException {
    try (PlainClient http = new PlainClient(replica.managementUri(), Map.of())) {
      return http.get(path);
    }
  }

  @Test
  void servesAndWorksAgainWhenItIsBack() throws Exception {
    postgres.stop();
    await().atMost(SOON).untilAsserted(() -> isPutOff(atWorker.http().get(Owner.HARDWARE)));

    postgres.start();

    awaitServed(atWorker);
    awaitServed(atApi);
    // The first may be found because the worker polls after it reconnects.
    atWorker.awaitSteady(enrollWithNode("after-the-outage"), SOON);
    atWorker.awaitSteady(enrollWithNode("called-after-the-outage"), SOON);
    assertThat(worker.isAlive()).isTrue();
  }

  /** Its end could not be recorded, so it counts as an attempt of a dead replica. */
  @Test
  void repeatsAnAttemptThatEndedDuringTheOutage() throws Exception {
    Enrolled other = enrollWithNode("wakes-the-lane");
    atApi.awaitSteady(other, SOON);
    Injected hanging =
        site.kubernetes()
            .faults()
            .add(Fault.on("PATCH", "/api/v1/nodes/ended-unheard").hanging().once());
    Enrolled device = enrollWithNode("ended-unheard");
    await().atMost(SOON).untilAsserted(() -> assertThat(hanging.hits()).isEqualTo(1));
    postgres.stop();

    hanging.clear();
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(Metrics.of(worker).sum("doni_lane_running", "worker=\"k8s\"")).isZero());
    postgres.start();

    awaitServed(atApi);
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> {
          // The lane hardly polls here, and looks at all that is due when there is something new.
          atApi.sync(other);
          assertThat(atApi.state(device)).isEqualTo("STEADY");
        });
  }

  private Enrolled enrollWithNode(String name) throws Exception {
    site.kubernetes().addNode(name);
    return atApi.enroll(name);
  }
}

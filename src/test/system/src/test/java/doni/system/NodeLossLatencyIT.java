package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How soon the API, an event and a webhook say that a Node is no longer ready. */
@Tag("alone")
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeLossLatencyIT {

  private static final int DEVICES = 200;
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** Between two losses, so that each is seen alone and not in the batch of another. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestSite site;
  private final HttpServer receiver;
  private final Map<UUID, Long> inApi = new ConcurrentHashMap<>();
  private final Map<UUID, Long> asEvent = new ConcurrentHashMap<>();
  private final Map<UUID, Long> byWebhook = new ConcurrentHashMap<>();

  NodeLossLatencyIT(SitePostgres postgres) throws IOException {
    site = new TestSite("node-loss", postgres);
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
  }

  @BeforeAll
  void start() {
    receiver.start();
    site.startAndAwait(
        "doni",
        Map.of(
            // Each loss is to have an event of its own.
            "DONI_AVAILABILITY_INCIDENT_DEVICES", "1000",
            "DONI_AVAILABILITY_STABLE_FOR", "1s",
            "DONI_WEBHOOKS_LOSSES_URL", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/",
            "DONI_WEBHOOKS_LOSSES_SECRET", "0123456789abcdef",
            "DONI_WEBHOOKS_LOSSES_EVENTS", "device.offline"));
  }

  @AfterAll
  void stop() {
    receiver.stop(0);
    site.close();
  }

  @Test
  void isInTheApiAnEventAndAWebhookWithinSeconds() throws Exception {
    List<Enrolled> devices = onlineDevices();
    site.keystone().addUser("onlooker", "onlooker-proj", "admin");
    Owner onlooker = site.at(site.service(), site.keystone().token("onlooker"));
    Map<UUID, Long> lost = new ConcurrentHashMap<>();

    try (ScheduledExecutorService ticks = Executors.newScheduledThreadPool(3)) {
      every(
          ticks,
          () ->
              note(
                  inApi,
                  onlooker,
                  "hardware?all_projects=true&device_availability=offline&limit=1000",
                  "hardware",
                  "uuid"));
      every(
          ticks,
          () ->
              note(
                  asEvent,
                  onlooker,
                  "events?kind=device.offline&limit=200",
                  "events",
                  "hardware_uuid"));
      for (int i = 0; i < DEVICES; i++) {
        Enrolled device = devices.get(i);
        var _ =
            ticks.schedule(
                () -> {
                  lost.put(device.uuid(), System.nanoTime());
                  site.kubernetes().setReady(device.nodeName(), "Unknown");
                },
                PAUSE.toMillis() * i,
                TimeUnit.MILLISECONDS);
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(inApi).hasSize(DEVICES);
            assertThat(asEvent).hasSize(DEVICES);
            assertThat(byWebhook).hasSize(DEVICES);
          });
      ticks.shutdownNow();
    }

    Map<String, Map<UUID, Long>> places =
        Map.of("API", inApi, "event", asEvent, "webhook", byWebhook);
    places.forEach((place, seen) -> {
      long[] took = milliseconds(lost, seen);
      System.out.printf(
          "Node NotReady to %s: p50 %d ms, p99 %d ms, longest %d ms%n",
          place, percentile(took, 50), percentile(took, 99), took[took.length - 1]);
      assertThat(percentile(took, 99)).as("p99 to %s", place).isLessThanOrEqualTo(LIMIT.toMillis());
    });
  }

  private List<Enrolled> onlineDevices() throws Exception {
    Owner owner = site.owner("losing");
    List<String> names = IntStream.range(0, DEVICES).mapToObj("losing-%03d"::formatted).toList();
    names.forEach(site.kubernetes()::addNode);
    List<Enrolled> devices = owner.enroll(names);
    devices.forEach(device -> {
      // A Node that was ready before its enrollment is noticed by the next listing only.
      site.kubernetes().setReady(device.nodeName(), "Unknown");
      site.kubernetes().setReady(device.nodeName(), "True");
    });
    await()
        .atMost(PATIENCE.multipliedBy(2))
        .untilAsserted(() ->
            assertThat(
                    owner
                        .http()
                        .get("/v1/hardware/?device_availability=online&limit=1000")
                        .body()
                        .path("hardware"))
                .hasSize(DEVICES));
    return devices;
  }

  private static void every(ScheduledExecutorService ticks, Runnable look) {
    var _ = ticks.scheduleWithFixedDelay(look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void note(
      Map<UUID, Long> seen, Owner onlooker, String path, String list, String member) {
    try {
      JsonNode page = onlooker.http().get("/v1/" + path).body();
      long now = System.nanoTime();
      page.path(list)
          .forEach(one -> seen.putIfAbsent(UUID.fromString(one.path(member).asString("")), now));
    } catch (IOException e) {
      // The next look sees it; that it is late is part of the measurement.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void receive(HttpExchange exchange) throws IOException {
    JsonNode event = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
    byWebhook.putIfAbsent(
        UUID.fromString(event.path("hardware_uuid").asString("")), System.nanoTime());
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  private static long[] milliseconds(Map<UUID, Long> lost, Map<UUID, Long> seen) {
    return lost.entrySet().stream()
        .mapToLong(it ->
            TimeUnit.NANOSECONDS.toMillis(
                Objects.requireNonNull(seen.get(it.getKey())) - it.getValue()))
        .sorted()
        .toArray();
  }

  /** By the nearest rank. */
  private static long percentile(long[] sorted, int percent) {
    return sorted[Math.ceilDiv(sorted.length * percent, 100) - 1];
  }
}

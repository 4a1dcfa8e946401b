package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lists of a large site take a bounded part of the launcher's heap of 256 MiB, however many rows
 * they have and however slowly a client reads them.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeListIT {

  private static final int DEVICES = Integer.getInteger("doni.large.devices", 20_000);
  private static final int CLIENTS = 16;
  private static final int ROOM_MIB = 40;
  private static final String PAGE = "/v1/hardware?all_projects=True&limit=10";

  private final TestSite site;
  private final DoniProcess service;
  private final String admin;
  private final Path collections;
  private final HttpClient http = HttpClient.newHttpClient();

  LargeListIT(SitePostgres postgres) throws IOException, SQLException {
    site = new TestSite("large-list", postgres);
    collections = Files.createTempFile("doni-large-list-", ".log");
    service =
        site.startAndAwait(
            "doni",
            Map.of(
                "DONI_SYNC_ENABLED",
                "false",
                // One project may take half of it.
                "DONI_LIMITS_REQUESTS",
                Integer.toString(2 * CLIENTS + 2),
                "DONI_KEYSTONE_TOKEN_CACHE_TTL",
                "5m",
                "JDK_JAVA_OPTIONS",
                "-Xlog:gc:file=" + collections));
    site.keystone().addUser("operator", "operator-proj", "admin");
    admin = site.keystone().token("operator");
    site.database().enroll(DEVICES);
    await().untilAsserted(() -> assertThat(devices(PAGE)).isEqualTo(10));
  }

  @AfterAll
  void close() throws IOException {
    http.close();
    site.close();
    Files.deleteIfExists(collections);
  }

  @Test
  void streamsWholeExportsInLittleMemory() throws Exception {
    assertStreamed("/v1/hardware/export");
  }

  @Test
  void streamsWholeListsInLittleMemory() throws Exception {
    assertStreamed("/v1/hardware?all_projects=True&limit=2000000");
  }

  @Test
  void holdsNoTransactionForClientsThatDoNotRead() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
        silent.add(socket);
        socket
            .getOutputStream()
            .write(
                "GET /v1/hardware/export HTTP/1.1\r\nHost: doni\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        // The response has begun; the rest waits in the buffers of the sockets.
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }

      assertThat(devices(PAGE)).isEqualTo(10);
      assertThat(site.database().openTransactions()).isZero();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** Lets many clients read all devices at the same time, and measures the live heap meanwhile. */
  private void assertStreamed(String path) throws Exception {
    assertThat(devices(path)).isEqualTo(DEVICES);
    int idle = liveHeap();
    AtomicInteger peak = new AtomicInteger();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> lists = new ArrayList<>();
      long start = System.nanoTime();
      for (int i = 0; i < CLIENTS; i++) {
        lists.add(clients.submit(() -> devices(path)));
      }
      await()
          .pollInterval(Duration.ofMillis(500))
          .atMost(Duration.ofMinutes(8))
          .until(() -> {
            peak.accumulateAndGet(liveHeap(), Math::max);
            return lists.stream().allMatch(Future::isDone);
          });
      for (Future<Integer> list : lists) {
        assertThat(list.get()).isEqualTo(DEVICES);
      }
      System.out.printf(
          "%s: %d x %d devices in %d ms, %d MiB of live heap idle, at most %d MiB, %d MiB resident%n",
          path,
          CLIENTS,
          DEVICES,
          (System.nanoTime() - start) / 1_000_000,
          idle,
          peak.get(),
          service.residentBytes() / 1024 / 1024);
    }
    assertThat(peak.get() - idle).as("MiB above idle").isLessThanOrEqualTo(ROOM_MIB);
  }

  /** Reads a list to its end, and returns its number of devices. */
  private int devices(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(service.uri().resolve(path)).header("X-Auth-Token", admin).build();
    HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new AssertionError(
          response.statusCode()
              + ": "
              + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
    }
    int devices = 0;
    try (JsonParser json = JsonMapper.shared().createParser(response.body())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.PROPERTY_NAME && json.currentName().equals("uuid")) {
          devices++;
        }
      }
    }
    return devices;
  }

  /** Collects all garbage, and returns the MiB that are still in use. */
  private int liveHeap() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process command =
        new ProcessBuilder(jcmd.toString(), Long.toString(service.pid()), "GC.run")
            .redirectErrorStream(true)
            .start();
    String answer = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(command.waitFor()).as(answer).isZero();
    return Pattern.compile("Pause Full \\(.*\\) \\d+M->(\\d+)M")
        .matcher(Files.readString(collections))
        .results()
        .mapToInt(collection -> Integer.parseInt(collection.group(1)))
        .reduce((_, last) -> last)
        .orElseThrow();
  }
}

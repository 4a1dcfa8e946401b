package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Clients that try to use up the service, which has the launcher's heap of 256 MiB: others are
 * served meanwhile or get 503, and when the attack ends everything is as before.
 */
@Tag("alone")
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileClientsIT {

  private static final int CLIENTS = 8_300;
  private static final String HALF_A_HEAD = "GET /v1/hardware HTTP/1.1\r\nHost: doni\r\n";
  private static final String HEALTH_CHECK = "GET /healthcheck HTTP/1.1\r\nHost: doni\r\n\r\n";

  private static final String FORM = "application/x-www-form-urlencoded";

  private static final Duration RECOVERY = Duration.ofSeconds(10);

  private final TestSite site;
  private final DoniProcess service;
  private final HonestClient honest;
  private final String member;
  private final String greedy;

  HostileClientsIT(SitePostgres postgres) throws IOException {
    site = new TestSite("hostile-clients", postgres);
    service = site.startAndAwait("doni", Map.of("DONI_KEYSTONE_TOKEN_CACHE_TTL", "5m"));
    site.keystone().addUser("honest", "honest-proj", "member");
    site.keystone().addUser("greedy", "greedy-proj", "member");
    member = site.keystone().token("honest");
    honest = new HonestClient(service.port(), member);
    greedy = site.keystone().token("greedy");
  }

  @AfterEach
  void isAsBefore() throws IOException {
    site.keystone().faults().clear();
    await().atMost(RECOVERY).untilAsserted(() -> assertThat(honest.get().status()).isEqualTo(200));
    assertThat(service.isAlive()).isTrue();
    assertThat(Files.readString(service.log())).doesNotContain("OutOfMemoryError");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void survivesManyClientsThatSendHalfARequest() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, List.of(HALF_A_HEAD))) {
      honest.assertServed("half requests", () -> crowd.send("X-A: b\r\n"));
    }
  }

  @Test
  void survivesManyClientsThatKeepTheirConnectionOpen() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, List.of(HEALTH_CHECK))) {
      honest.assertServed("idle connections", () -> crowd.send(HEALTH_CHECK));
    }
  }

  /** The protection against request forgery reads a form before anyone asks who sent it. */
  @Test
  void survivesManyClientsThatSendHalfAForm() throws IOException {
    List<String> forms =
        List.of(
            halfABody("/console/login", FORM, 1_000),
            halfABody("/console/live", FORM, 60_000),
            halfABody("/console/devices/x", FORM, 2_000_000),
            halfABody("/v1/hardware", FORM, 1_000),
            halfABody("/console/import", "multipart/form-data; boundary=b", 1_000_000));
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, forms)) {
      honest.assertServed("half forms", () -> crowd.send("x"));
    }
  }

  /**
   * Tomcat reads the rest of a body that was not asked for, before it can read the next request.
   */
  @Test
  void survivesManyClientsThatSendHalfABodyThatIsRefused() throws IOException {
    String mine = "\r\nX-Auth-Token: " + member;
    List<String> bodies =
        List.of(
            halfABody("/v1/hardware", "application/json", 1_000),
            halfABody("/nowhere", "application/json", 1_000),
            halfABody("/v1/nowhere", "application/json" + mine, 1_000),
            halfABody("/v1/hardware", "text/plain" + mine, 1_000),
            halfABody("/v1/hardware", "application/json" + mine, 9_000_000),
            halfABody("/healthcheck", "application/json", 1_000),
            "POST /v1/hardware HTTP/1.1\r\nHost: doni\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nx");
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, bodies)) {
      honest.assertServed("half bodies", () -> crowd.send("x"));
    }
  }

  private static String halfABody(String path, String type, int length) {
    return "POST %s HTTP/1.1\r\nHost: doni\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\nmethod=password&user="
        .formatted(path, type, length);
  }

  @Test
  void closesConnectionsWhoseFormNeverEnds() throws IOException {
    List<String> forms =
        Stream.of("/console/login", "/console/live", "/v1/hardware", "/nowhere")
            .map(path -> halfABody(path, FORM, 1_000))
            .toList();
    try (Crowd crowd = Crowd.of(service.port(), forms.size(), forms)) {
      awaitClosed(crowd, "x", Duration.ofSeconds(32));
    }
  }

  @Test
  void closesAConnectionWhoseHeadNeverEnds() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), 1, List.of(HALF_A_HEAD))) {
      awaitClosed(crowd, "X-A: b\r\n", Duration.ofSeconds(18));
    }
  }

  /** Each byte that is sent begins Tomcat's own time limit again. */
  private static void awaitClosed(Crowd crowd, String more, Duration atMost) {
    await()
        .pollInterval(Duration.ofSeconds(1))
        .atMost(atMost)
        .until(() -> {
          crowd.send(more);
          return crowd.closed() == crowd.size();
        });
  }

  @Test
  void refusesABodyThatNeverEnds() throws Exception {
    String head = post("/v1/hardware:import", member, "x".repeat(1_000));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket
          .getOutputStream()
          .write(head.substring(0, head.length() - 900).getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(1_000);
      String answer =
          await()
              .pollInterval(Duration.ofMillis(10))
              .atMost(Duration.ofSeconds(18))
              .until(() -> oneByteMore(socket), text -> !text.isEmpty());

      assertThat(answer)
          .startsWith("HTTP/1.1 408")
          .contains("The request took too long to arrive.");
    }
  }

  /** Sends a byte, and returns what has been answered within a second. */
  private static String oneByteMore(Socket socket) throws IOException {
    socket.getOutputStream().write(' ');
    byte[] answer = new byte[2_000];
    try {
      int read = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, read), StandardCharsets.UTF_8);
    } catch (SocketTimeoutException _) {
      return "";
    }
  }

  @Test
  void survivesManyLargeImports() throws Exception {
    String body = rows();
    assertThat(body.length()).isBetween(7_000_000, 8_000_000);
    try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
      // A client may encode any character of a path.
      List<String> paths =
          List.of("/v1/hardware:import", "/v1/hardware%3Aimport", "/%761/hardware%3aimport");
      List<Future<Integer>> imports = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String request = post(paths.get(i % 3) + "?dry_run=true", greedy, body);
        imports.add(attackers.submit(() -> honest.send("127.0.0.1", request).status()));
      }
      honest.assertServed("imports", () -> {});
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> running : imports) {
        statuses.add(running.get());
      }
      System.out.println(
          "30 imports: "
              + statuses.stream().collect(Collectors.groupingBy(s -> s, Collectors.counting())));
      assertThat(statuses).contains(200, 429).containsOnly(200, 429);
    }
  }

  @Test
  void survivesHeadersWithoutEnd() throws Exception {
    String header = "X-A: " + "a".repeat(10 * 1024 * 1024) + "\r\n";
    try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HonestClient.Answer>> answers =
          IntStream.range(0, 20)
              .mapToObj(_ ->
                  attackers.submit(() -> honest.send("127.0.0.1", HALF_A_HEAD + header + "\r\n")))
              .toList();
      honest.assertServed("long headers", () -> {});
      for (Future<HonestClient.Answer> answer : answers) {
        // 0: closed while the client still sent.
        assertThat(answer.get().status()).isIn(0, 400, 431);
      }
    }
  }

  @Test
  void servesNewTokensBesideManyWrongOnes() throws Exception {
    site.keystone().faults().add(Fault.everywhere().delayed(Duration.ofMillis(100)));
    try (ExecutorService attackers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> attacks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String token = "gAAAAAB" + "x".repeat(100) + i;
        attacks.add(attackers.submit(() -> rejected(token)));
      }
      honest.assertServed(
          "wrong tokens", () -> {}, () -> honest.get(site.keystone().token("honest")));
      for (Future<Integer> attack : attacks) {
        assertThat(attack.get()).isIn(401, 503);
      }
    }
  }

  /** Sends wrong tokens from another address, and returns the last answer's status. */
  private int rejected(String token) throws IOException {
    int status = 0;
    for (int i = 0; i < 5; i++) {
      status = honest.send("127.0.0.2", HonestClient.get("/v1/hardware", token + "-" + i)).status();
    }
    return status;
  }

  private static String post(String path, String token, String body) {
    return ("POST %s HTTP/1.1\r\nHost: doni\r\nX-Auth-Token: %s\r\nContent-Type: application/x-ndjson\r\n"
            + "Content-Length: %d\r\nConnection: close\r\n\r\n%s")
        .formatted(path, token, body.length(), body);
  }

  private static String rows() {
    String projects =
        IntStream.range(0, 100).mapToObj(_ -> "\"x\"").collect(Collectors.joining(","));
    return IntStream.range(0, 9_900)
        .mapToObj(i ->
            """
            {"name":"im-%d","hardware_type":"device.balena","properties":{"machine_name":"raspberrypi4-64",\
            "contact_email":"a@example.org","application_credential_id":"id","application_credential_secret":"s",\
            "more":"%s","authorized_projects":[%s]}}
            """
                .formatted(i, "y".repeat(100), projects))
        .collect(Collectors.joining());
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
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

  /** An answer within this time is not held up; a machine that builds as well needs some room. */
  private static final Duration PROMPT = Duration.ofSeconds(5);

  private static final Duration RECOVERY = Duration.ofSeconds(10);
  private static final int HONEST_REQUESTS = 100;

  private final TestSite site;
  private final DoniProcess service;
  private final String member;
  private final String greedy;

  HostileClientsIT(SitePostgres postgres) throws IOException {
    site = new TestSite("hostile-clients", postgres);
    service = site.startAndAwait("doni", Map.of("DONI_KEYSTONE_TOKEN_CACHE_TTL", "5m"));
    site.keystone().addUser("honest", "honest-proj", "member");
    site.keystone().addUser("greedy", "greedy-proj", "member");
    member = site.keystone().token("honest");
    greedy = site.keystone().token("greedy");
  }

  @AfterEach
  void isAsBefore() throws IOException {
    site.keystone().faults().clear();
    await()
        .atMost(RECOVERY)
        .untilAsserted(() -> assertThat(honestRequest(member).status()).isEqualTo(200));
    assertThat(service.isAlive()).isTrue();
    assertThat(Files.readString(service.log())).doesNotContain("OutOfMemoryError");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void survivesManyClientsThatSendHalfARequest() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, HALF_A_HEAD)) {
      assertServed("half requests", () -> crowd.send("X-A: b\r\n"));
    }
  }

  @Test
  void survivesManyClientsThatKeepTheirConnectionOpen() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), CLIENTS, HEALTH_CHECK)) {
      assertServed("idle connections", () -> crowd.send(HEALTH_CHECK));
    }
  }

  @Test
  void closesAConnectionWhoseHeadNeverEnds() throws IOException {
    try (Crowd crowd = Crowd.of(service.port(), 1, HALF_A_HEAD)) {
      await()
          .pollInterval(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(18))
          .until(() -> {
            crowd.send("X-A: b\r\n");
            return crowd.closed() == 1;
          });
    }
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
        imports.add(attackers.submit(() -> raw(request).status()));
      }
      assertServed("imports", () -> {});
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
      List<Future<Answer>> answers =
          IntStream.range(0, 20)
              .mapToObj(_ -> attackers.submit(() -> raw(HALF_A_HEAD + header + "\r\n")))
              .toList();
      assertServed("long headers", () -> {});
      for (Future<Answer> answer : answers) {
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
      for (int i = 0; i < 10; i++) {
        Answer answer = honestRequest(site.keystone().token("honest"));
        System.out.printf("new token beside wrong ones: %d ms%n", answer.time().toMillis());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.time()).isLessThan(PROMPT);
      }
      for (Future<Integer> attack : attacks) {
        assertThat(attack.get()).isIn(401, 503);
      }
    }
  }

  /** Sends wrong tokens from another address, and returns the last answer's status. */
  private int rejected(String token) throws IOException {
    int status = 0;
    for (int i = 0; i < 5; i++) {
      status = raw("127.0.0.2", get("/v1/hardware", token + "-" + i)).status();
    }
    return status;
  }

  /** Sends requests of an honest client, each on a new connection, while the attack goes on. */
  private void assertServed(String attack, Runnable goesOn) throws IOException {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < HONEST_REQUESTS; i++) {
      if (i % 10 == 0) {
        goesOn.run();
      }
      answers.add(honestRequest(member));
    }
    List<Duration> times = answers.stream().map(Answer::time).sorted().toList();
    System.out.printf(
        "%s: %s, median %d ms, slowest %d ms%n",
        attack,
        answers.stream().collect(Collectors.groupingBy(Answer::status, Collectors.counting())),
        times.get(times.size() / 2).toMillis(),
        times.getLast().toMillis());
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer.status()).isIn(200, 503);
          assertThat(answer.text())
              .satisfiesAnyOf(
                  text -> assertThat(text).startsWith("HTTP/1.1 200"),
                  text -> assertThat(text).contains("\r\nRetry-After: "));
          assertThat(answer.time()).isLessThan(PROMPT);
        });
  }

  private Answer honestRequest(String token) throws IOException {
    return raw(get("/v1/hardware?limit=1", token));
  }

  private static String get(String path, String token) {
    return "GET %s HTTP/1.1\r\nHost: doni\r\nX-Auth-Token: %s\r\nConnection: close\r\n\r\n"
        .formatted(path, token);
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

  /**
   * @param status 0 if the connection was closed without an answer
   */
  private record Answer(int status, String text, Duration time) {}

  private Answer raw(String request) throws IOException {
    return raw("127.0.0.1", request);
  }

  private Answer raw(String from, String request) throws IOException {
    long start = System.nanoTime();
    String text = "";
    try (Socket socket =
        new Socket(
            InetAddress.ofLiteral("127.0.0.1"), service.port(), InetAddress.ofLiteral(from), 0)) {
      socket.setSoTimeout(60_000);
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      } catch (IOException _) {
        // The service may answer and close before it has read everything.
      }
      InputStream in = socket.getInputStream();
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException _) {
      // Reset: the answer got lost.
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    return new Answer(
        text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0, text, time);
  }

  /** Many connections of one client. */
  private static final class Crowd implements AutoCloseable {

    private final List<SocketChannel> connections = new ArrayList<>();
    private int closed;

    static Crowd of(int port, int size, String first) throws IOException {
      Crowd crowd = new Crowd();
      for (int i = 0; i < size; i++) {
        SocketChannel connection =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        connection.configureBlocking(false);
        crowd.connections.add(connection);
        crowd.send(connection, first);
      }
      return crowd;
    }

    void send(String text) {
      connections.forEach(connection -> send(connection, text));
    }

    private void send(SocketChannel connection, String text) {
      if (!connection.isOpen()) {
        return;
      }
      try {
        ByteBuffer received = ByteBuffer.allocate(1024);
        int read = connection.read(received);
        if (read < 0) {
          throw new IOException("closed by the service");
        }
        connection.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException _) {
        closed++;
        closeQuietly(connection);
      }
    }

    int closed() {
      return closed;
    }

    @Override
    public void close() {
      connections.forEach(Crowd::closeQuietly);
    }

    private static void closeQuietly(SocketChannel connection) {
      try {
        connection.close();
      } catch (IOException _) {
        // Nothing of it is needed any more.
      }
    }
  }
}

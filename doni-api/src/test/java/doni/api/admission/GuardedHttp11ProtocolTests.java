package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a connector that has few connections. */
class GuardedHttp11ProtocolTests {

  private static final int CONNECTIONS = 20;
  private static final String FORM = "application/x-www-form-urlencoded";

  /** Half of what Tomcat waits for the next byte. */
  private static final int SOON = 10_000;

  private final Tomcat tomcat = new Tomcat();
  private final List<Socket> open = new ArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final SetClock clock = new SetClock();
  @TempDir private Path directory;

  @BeforeEach
  void start() throws LifecycleException {
    GuardedHttp11Protocol protocol = new GuardedHttp11Protocol();
    Connector connector = new Connector(protocol);
    connector.setPort(0);
    protocol.setAddress(InetAddress.getLoopbackAddress());
    protocol.setConnectionTimeout(2 * SOON);
    protocol.setMaxThreads(10 * CONNECTIONS);
    protocol.guard(CONNECTIONS, clock);
    tomcat.setBaseDir(directory.toString());
    tomcat.setConnector(connector);
    Context context = tomcat.addContext("", directory.toString());
    Tomcat.addServlet(context, "paths", new Paths());
    context.addServletMapping("/*", "paths");
    tomcat.start();
  }

  @AfterEach
  void stop() throws LifecycleException, IOException {
    end.countDown();
    for (Socket socket : open) {
      socket.close();
    }
    tomcat.stop();
    tomcat.destroy();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/refused", "/form", "/body"})
  void servesOthersBesideManyHalfBodies(String path) throws IOException {
    for (int i = 0; i < 5 * CONNECTIONS; i++) {
      send(connect(), post(path, 1_000) + "a=b");
    }

    Socket honest = connect();
    send(honest, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(receive(honest)).startsWith("HTTP/1.1 200");
  }

  @Test
  void servesOthersBesideManyHalfBodiesInChunks() throws IOException {
    for (int i = 0; i < 5 * CONNECTIONS; i++) {
      send(
          connect(),
          "POST /refused HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\na=b");
    }

    Socket honest = connect();
    send(honest, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(receive(honest)).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/refused", "/form", "/body"})
  void goesOnAfterAWholeBody(String path) throws IOException {
    Socket client = connect();
    for (int i = 0; i < 3; i++) {
      send(client, post(path, 3) + "a=b");
      assertThat(receive(client))
          .startsWith(path.equals("/refused") ? "HTTP/1.1 401" : "HTTP/1.1 200");
    }
  }

  @Test
  void goesOnAfterARefusedBodyWhoseRestComesLater() throws IOException {
    Socket client = connect();
    send(client, post("/refused", 1_000) + "a=b");
    assertThat(receive(client)).startsWith("HTTP/1.1 401");
    send(client, "x".repeat(997) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(receive(client)).startsWith("HTTP/1.1 200");
  }

  /** Its body has arrived, and is not asked for yet. */
  @Test
  void letsARequestThatIsBeingServedAlone() throws Exception {
    Socket client = connect();
    send(client, post("/slow", 3) + "a=b");
    begun.await();
    for (int i = 0; i < 5 * CONNECTIONS; i++) {
      send(connect(), post("/refused", 1_000) + "a=b");
    }
    Socket honest = connect();
    send(honest, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(receive(honest)).startsWith("HTTP/1.1 200");
    end.countDown();

    assertThat(receive(client)).startsWith("HTTP/1.1 200").endsWith("a=b");
  }

  @Test
  void idleConnectionsAreClosedOnlyWhileMoreThanHalfAreTaken() throws IOException {
    clock.set(Instant.now().plus(Duration.ofHours(1)));
    List<Socket> idle = idle(CONNECTIONS / 2);
    int sweeps = 3 * idle.size();
    await().until(() -> clock.readings() > sweeps);
    for (Socket socket : idle) {
      send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(receive(socket)).startsWith("HTTP/1.1 200");
    }

    idle.addAll(idle(1));

    for (Socket socket : idle) {
      assertThat(receive(socket)).as("closed").isEmpty();
    }
  }

  @Test
  void thoseThatHaveWaitedLongestMakeRoomForATenth() throws IOException {
    Instant begin = Instant.now();
    // All that follow have waited, and none for so long that it is closed for that alone.
    clock.set(begin.plusMillis(1_900));
    List<Socket> first = idle(1 + CONNECTIONS / 10);
    await().until(() -> Instant.now().toEpochMilli() > begin.toEpochMilli() + 1);
    List<Socket> others = idle(CONNECTIONS - CONNECTIONS / 10);

    for (Socket socket : first) {
      assertThat(receive(socket)).as("closed").isEmpty();
    }
    for (Socket socket : others) {
      send(socket, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(receive(socket)).startsWith("HTTP/1.1 200");
    }
  }

  private List<Socket> idle(int count) throws IOException {
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      idle.add(connect());
    }
    return idle;
  }

  private static String post(String path, int length) {
    return "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        .formatted(path, FORM, length);
  }

  private Socket connect() throws IOException {
    Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), tomcat.getConnector().getLocalPort());
    socket.setSoTimeout(SOON);
    open.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    } catch (SocketException _) {
      // Closed by the connector, as is its right with one of many.
    }
  }

  private static String receive(Socket socket) throws IOException {
    byte[] answer = new byte[1_000];
    int read = socket.getInputStream().read(answer);
    return new String(answer, 0, Math.max(0, read), StandardCharsets.UTF_8);
  }

  /** Shows what it was set to, and the time before that; counts how often it was read. */
  private static final class SetClock extends Clock {

    private final AtomicInteger readings = new AtomicInteger();
    private volatile @Nullable Instant time;

    void set(Instant instant) {
      time = instant;
    }

    int readings() {
      return readings.get();
    }

    @Override
    public Instant instant() {
      readings.incrementAndGet();
      Instant set = time;
      return set == null ? Instant.now() : set;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** Answers in the ways that use a body or do not. */
  private final class Paths extends HttpServlet {

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String answer = "ok";
      switch (request.getRequestURI()) {
        case "/refused" -> response.setStatus(401);
        case "/form" -> answer = String.valueOf(request.getParameter("a"));
        case "/body" -> answer = body(request);
        case "/slow" -> {
          begun.countDown();
          awaitEnd();
          answer = body(request);
        }
        default -> response.setStatus(200);
      }
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      response.setContentLength(bytes.length);
      response.getOutputStream().write(bytes);
    }

    private static String body(HttpServletRequest request) throws IOException {
      return new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void awaitEnd() {
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

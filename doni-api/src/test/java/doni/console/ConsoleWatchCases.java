package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import doni.console.LiveStreamController.LiveScope;
import doni.enrollment.HardwareId;
import doni.event.ChangeWatch.ChangeNotice;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages that watch the fleet; run in the service of {@link ConsoleIT}. */
abstract class ConsoleWatchCases {

  private static final Duration SOON = Duration.ofSeconds(1);
  private static final int OPEN_PAGES = 200;

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final JdbcClient database;
  private int names;

  /**
   * @param logIn logs a user in
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleWatchCases(
      Function<String, ConsoleBrowser> logIn, UnaryOperator<String> enroll, JdbcClient database) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.database = database;
  }

  @Test
  void openPageLearnsOfACommitOfAnotherReplica() {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");

    for (String path : List.of("/console/live?device=" + device, "/console/live")) {
      try (Stream<String> stream = opened(member.open(path))) {
        Iterator<String> lines = stream.iterator();
        assertThat(lines.next()).isEqualTo("retry: 1000");

        long committed = commitElsewhere(device);

        assertThat(untilChanged(lines)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - committed)).as(path).isLessThan(SOON);
      }
    }
  }

  @Test
  void manyPagesAreOpenAtTheSameTime() throws Exception {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");
    List<Stream<String>> streams = new ArrayList<>();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> told = new ArrayList<>();
      for (int i = 0; i < OPEN_PAGES; i++) {
        Stream<String> stream = opened(member.open("/console/live?device=" + device));
        streams.add(stream);
        Iterator<String> lines = stream.iterator();
        told.add(readers.submit(() -> untilChanged(lines)));
      }
      long committed = commitElsewhere(device);
      for (Future<Boolean> one : told) {
        assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(Duration.ofSeconds(5));
      assertThat(member.get("/console/devices").statusCode()).isEqualTo(200);
      streams.forEach(Stream::close);
    }
  }

  @Test
  void streamEndsWithItsSession() {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");
    member.get("/console");

    try (Stream<String> stream = opened(member.open("/console/live?device=" + device))) {
      Iterator<String> lines = stream.iterator();
      assertThat(lines.next()).isEqualTo("retry: 1000");
      assertThat(member.post("/console/logout").statusCode()).isEqualTo(302);
      commitElsewhere(device);

      assertThat(untilChanged(lines)).isFalse();
    }
  }

  @Test
  void streamIsForThoseWhoMayReadWhatThePageShows() {
    String path = "/console/live?device=" + device();

    assertThat(status(logIn.apply("stranger"), path)).isEqualTo(403);
    assertThat(status(logIn.apply("admin"), "/console/live?device=edge-01")).isEqualTo(404);
    assertThat(status(logIn.apply("unknown-user"), path)).isEqualTo(401);
  }

  @Test
  void scopeOfAPageIsItsDeviceOrItsProject() {
    HardwareId device = HardwareId.random();
    ChangeNotice own = new ChangeNotice(device, "p", "worker.synced");
    ChangeNotice other = new ChangeNotice(HardwareId.random(), "q", "worker.synced");
    ChangeNotice lanes = new ChangeNotice(new HardwareId(new UUID(0, 0)), null, "lanes");
    ChangeNotice site = new ChangeNotice(new HardwareId(new UUID(0, 0)), null, "devices.lost");

    assertThat(Stream.of(own, other, lanes, site).filter(new LiveScope(device, null)::includes))
        .containsExactly(own);
    assertThat(Stream.of(own, other, lanes, site).filter(new LiveScope(null, "p")::includes))
        .containsExactly(own, lanes);
    assertThat(Stream.of(own, other, lanes, site).filter(new LiveScope(null, null)::includes))
        .containsExactly(own, other, lanes, site);
  }

  private String device() {
    return enroll.apply("watched-" + names++);
  }

  /**
   * Writes what another replica writes, past this one's use cases; returns when, in nanoseconds.
   */
  private long commitElsewhere(String device) {
    database
        .sql(
            "insert into event (hardware_uuid, at, kind, generation, body) values"
                + " (cast(:id as uuid), now(), 'device.online', 1, '{}')")
        .param("id", device)
        .update();
    return System.nanoTime();
  }

  private static int status(ConsoleBrowser browser, String path) {
    HttpResponse<Stream<String>> response = browser.open(path);
    response.body().close();
    return response.statusCode();
  }

  private static Stream<String> opened(HttpResponse<Stream<String>> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    return response.body();
  }

  /** Returns whether the stream says that something has changed before it ends. */
  private static boolean untilChanged(Iterator<String> lines) {
    while (lines.hasNext()) {
      if (lines.next().equals("event: changed")) {
        return true;
      }
    }
    return false;
  }
}

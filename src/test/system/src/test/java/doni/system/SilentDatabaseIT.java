package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Connections to the database that go silent: they stay open, and no byte arrives any more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SilentDatabaseIT {

  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final int READERS = 8;
  private static final int LINES_PER_MINUTE = 100;

  private final SitePostgres postgres = new SitePostgres();
  private final TestSite site;
  private final TcpForwarder forwarder;
  private final DoniProcess service;
  private final Owner owner;

  SilentDatabaseIT() {
    postgres.start();
    site = new TestSite("silent-database", postgres);
    forwarder = new TcpForwarder(postgres.port());
    service =
        site.startWithAllWorkers(
            "doni",
            Map.of(
                "SPRING_DATASOURCE_URL",
                site.database().url().replace(":" + postgres.port(), ":" + forwarder.port())));
    owner = site.owner("silence");
  }

  @AfterAll
  void close() {
    site.close();
    forwarder.close();
    postgres.close();
  }

  @Test
  void recoversWithinAMinuteAndLosesNoConnection() throws Exception {
    enroll("before-the-silence");
    long lines = lines();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(forwarder.freeze()).isPositive();

      List<Future<Integer>> readers =
          Stream.generate(() -> threads.submit(this::read)).limit(READERS).toList();

      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isIn(0, 200, 503);
      }
    }
    isWellAgain("after-the-silence");
    assertThat(lines() - lines).isLessThan(LINES_PER_MINUTE);
  }

  @Test
  void isNotReadyWhileNewConnectionsAreSilentToo() throws Exception {
    enroll("before-the-long-silence");
    forwarder.freezeAll();

    await().atMost(Duration.ofSeconds(20)).until(() -> !service.isReady());
    forwarder.thaw();

    isWellAgain("after-the-long-silence");
  }

  private void isWellAgain(String name) throws Exception {
    await().atMost(RECOVERY).until(service::isReady);
    enroll(name);
    await()
        .atMost(RECOVERY)
        .untilAsserted(() ->
            assertThat(Metrics.of(service).sum("hikaricp_connections_active"))
                .as("the listener for wake-ups keeps one connection")
                .isLessThanOrEqualTo(1));
  }

  /** Every lane has a task of the device and has to make an attempt, so none stands still. */
  private void enroll(String name) throws Exception {
    Enrolled device = WholeSite.enroll(owner, withItsOwnKeys(WholeSite.device(name, "s3cret", "")));
    site.backends().devices().powerOnWithBalena(device.name(), WholeSite.balenaUuid(device));
    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, RECOVERY);
  }

  /** Two devices with the same key of a channel would be in conflict. */
  private static String withItsOwnKeys(String enrollment) {
    return enrollment.replace(WholeSite.KEY, key()).replace(WholeSite.OTHER_KEY, key());
  }

  private static String key() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  /** 0 where no answer came in time: a request may be on a connection that has gone silent. */
  private int read() throws InterruptedException {
    try {
      return owner.http().get(Owner.HARDWARE).status();
    } catch (IOException e) {
      return 0;
    }
  }

  private long lines() throws IOException {
    try (var all = Files.lines(service.log())) {
      return all.count();
    }
  }
}

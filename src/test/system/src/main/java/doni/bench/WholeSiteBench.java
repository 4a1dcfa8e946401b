package doni.bench;

import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The service with all workers: what a look at everything costs each backend, and what a backend
 * that hangs costs the lanes of the others.
 */
final class WholeSiteBench {

  private static final String NAME = "whole";
  private static final int DEVICES = 2_000;
  private static final int BLOCK = 40;
  private static final int WARM_UP = 60;
  private static final int BLOCKS = 4;
  private static final Duration HANGING = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Set<String> OTHER_LANES = Set.of("k8s", "tunelo", "blazar.device");
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Database database;
  private final Path directory;
  private final Path jar;
  private int enrolled;

  /**
   * @param directory takes what the service writes
   */
  WholeSiteBench(Database database, Path directory, Path jar) {
    this.database = database;
    this.directory = directory.resolve(NAME);
    this.jar = jar;
  }

  /**
   * @param template a database with the schema and without connections
   */
  void run(String template) throws Exception {
    database.create(NAME, template);
    Files.createDirectories(directory);
    try (SimulatedSite site = SimulatedSite.start()) {
      site.keystone().tokenLifetime(Duration.ofDays(1));
      site.tunelo().widenSubnet();
      String token = site.keystone().token("alice");
      try (DoniProcess service = start(site);
          HttpConnection connection = new HttpConnection(service.port())) {
        isolation(site, connection, token);
        enrollTheRest(site, connection, token);
      }
      // Another start, so that nothing is remembered of what the backends have answered.
      Sweep.begin(site);
      try (DoniProcess _ = start(site)) {
        sweep(site);
      }
    }
  }

  private DoniProcess start(SimulatedSite site) throws IOException {
    DoniProcess service =
        DoniProcess.of(jar, directory)
            .database(database.url(NAME), Database.USER, Database.PASSWORD)
            .environment(site.environmentOfAllWorkers(directory))
            .start();
    service.awaitReady(Duration.ofMinutes(1));
    return service;
  }

  /** In turns with and without the fault, so that both see the same machine. */
  private void isolation(SimulatedSite site, HttpConnection connection, String token)
      throws IOException {
    steadyMillis(site, connection, token, WARM_UP);
    double[] well = new double[0];
    double[] beside = new double[0];
    for (int block = 0; block < BLOCKS; block++) {
      well = joined(well, steadyMillis(site, connection, token, BLOCK));
      site.balena().faults().add(Fault.everywhere().delayed(HANGING));
      beside = joined(beside, steadyMillis(site, connection, token, BLOCK));
      site.balena().faults().clear();
    }
    double before = median(well);
    double now = median(beside);
    System.out.printf(
        Locale.ROOT,
        "%nenrollment to STEADY of the lanes %s: p50 %.0f ms; while Balena hangs %d s a call: p50 %.0f ms; ratio %.2f (target 1.10, met: %s)%n",
        OTHER_LANES.stream().sorted().toList(),
        before,
        HANGING.toSeconds(),
        now,
        now / before,
        now / before < 1.1 ? "yes" : "no");
  }

  private double[] steadyMillis(
      SimulatedSite site, HttpConnection connection, String token, int count) throws IOException {
    double[] millis = new double[count];
    for (int i = 0; i < count; i++) {
      long began = System.nanoTime();
      String uuid = enroll(site, connection, token);
      byte[] look = HttpConnection.request("GET", "/v1/hardware/" + uuid, token, "");
      while (!othersAreSteady(JSON.readTree(connection.send(look, true).body()))) {
        if (System.nanoTime() - began > LIMIT.toNanos()) {
          throw new IllegalStateException(
              uuid + " does not become steady: " + connection.send(look, true).body());
        }
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
      }
      millis[i] = (System.nanoTime() - began) / 1e6;
    }
    return millis;
  }

  private static boolean othersAreSteady(JsonNode device) {
    return device
            .path("workers")
            .valueStream()
            .filter(task -> OTHER_LANES.contains(task.path("worker_type").asString("")))
            .filter(task -> task.path("state").asString("").equals("STEADY"))
            .count()
        == OTHER_LANES.size();
  }

  private String enroll(SimulatedSite site, HttpConnection connection, String token)
      throws IOException {
    int number = enrolled++;
    site.kubernetes().addNode("whole-" + number);
    String body =
        """
        {"name": "whole-%d", "hardware_type": "device.balena", "properties": {
          "machine_name": "raspberrypi4-64", "contact_email": "a@example.org",
          "application_credential_id": "id", "application_credential_secret": "secret",
          "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}}
        """
            .formatted(number, ChannelKeys.publicKey(number));
    HttpConnection.Answer created =
        connection.send(HttpConnection.request("POST", "/v1/hardware", token, body), true);
    if (created.status() != 201) {
      throw new IllegalStateException("answered " + created.status() + " " + created.body());
    }
    return JSON.readTree(created.body()).path("uuid").asString();
  }

  private void enrollTheRest(SimulatedSite site, HttpConnection connection, String token)
      throws Exception {
    while (enrolled < DEVICES) {
      enroll(site, connection, token);
    }
    awaitZero(
        "select count(*) from worker_task t join hardware h on h.uuid = t.hardware_uuid"
            + " where t.synced_generation < h.generation");
    // This look puts in order what enrolling has left; the measured one finds nothing to do.
    look();
  }

  private void sweep(SimulatedSite site) throws Exception {
    long began = System.nanoTime();
    look();
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%nsweep of %,d unchanged devices with all workers, right after a start, %.1f s%n%n%s%n",
        enrolled,
        seconds,
        Sweep.HEAD);
    Sweep.of(site).forEach(row -> System.out.println(row.line(enrolled)));
  }

  /** Makes every task due, as a resync of everything does, and waits until all of them ran. */
  private void look() throws Exception {
    String start = "'" + OffsetDateTime.now(ZoneOffset.UTC) + "'";
    database.execute(NAME, "update scheduled_tasks set execution_time = now() where not picked");
    awaitZero("select count(*) from worker_task where last_attempt_at < " + start);
  }

  private void awaitZero(String sql) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (database.count(NAME, sql) > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not done after " + LIMIT + ": " + sql);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private static double[] joined(double[] some, double[] more) {
    double[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

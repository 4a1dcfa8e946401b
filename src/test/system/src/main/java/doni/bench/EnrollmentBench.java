package doni.bench;

import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Enrolls devices with all workers by imports, in three parts, until each is steady. The time of a
 * device must not depend on how many there are: the first part is the bound of the last one.
 */
final class EnrollmentBench {

  private static final String NAME = "enrollment";
  private static final int ROWS = 500;

  /** Shares of all devices that are enrolled after each part. */
  private static final List<Double> PARTS = List.of(0.1, 0.3, 1.0);

  /** How much longer a device may take among all than among the first. */
  private static final double ALLOWED = 1.5;

  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final String UNSTEADY =
      "select count(*) from worker_task t join hardware h on h.uuid = t.hardware_uuid"
          + " where t.synced_generation < h.generation";

  private final Database database;
  private final Path directory;
  private final Path jar;
  private final int devices;

  EnrollmentBench(Database database, Path directory, Path jar, int devices) {
    this.database = database;
    this.directory = directory.resolve(NAME);
    this.jar = jar;
    this.devices = devices;
  }

  /**
   * @param template a database with the schema and without connections
   * @throws IllegalStateException if the last devices took too long
   */
  void run(String template) throws Exception {
    database.create(NAME, template);
    Files.createDirectories(directory);
    try (SimulatedSite site = SimulatedSite.start()) {
      site.keystone().tokenLifetime(Duration.ofDays(1));
      site.tunelo().widenSubnet();
      String token = site.keystone().token("alice");
      try (DoniProcess service =
              DoniProcess.of(jar, directory)
                  .database(database.url(NAME), Database.USER, Database.PASSWORD)
                  .environment(site.environmentOfAllWorkers(directory))
                  .start();
          HttpConnection connection = new HttpConnection(awaited(service))) {
        measure(site, connection, token);
      }
    }
  }

  private static int awaited(DoniProcess service) throws Exception {
    service.awaitReady(Bench.START);
    return service.port();
  }

  private void measure(SimulatedSite site, HttpConnection connection, String token)
      throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%nenrollment by import with all workers until all are steady%n%n"
            + "| devices before | enrolled | s | ms a device | of the first |%n"
            + "| ---: | ---: | ---: | ---: | ---: |%n");
    int enrolled = 0;
    double first = 0;
    double share = 0;
    for (double part : PARTS) {
      int end = (int) (devices * part);
      double seconds = enroll(site, connection, token, enrolled, end);
      double millis = seconds * 1000 / (end - enrolled);
      first = first == 0 ? millis : first;
      share = millis / first;
      System.out.printf(
          Locale.ROOT,
          "| %,d | %,d | %.1f | %.2f | %.2f |%n",
          enrolled,
          end - enrolled,
          seconds,
          millis,
          share);
      enrolled = end;
    }
    if (share > ALLOWED) {
      throw new IllegalStateException(
          "a device takes %.2f times as long as the first ones; allowed: %.1f"
              .formatted(share, ALLOWED));
    }
  }

  private double enroll(
      SimulatedSite site, HttpConnection connection, String token, int begin, int end)
      throws Exception {
    for (int number = begin; number < end; number++) {
      site.kubernetes().addNode(NAME + "-" + number);
    }
    long began = System.nanoTime();
    for (int number = begin; number < end; number += ROWS) {
      StringBuilder rows = new StringBuilder("[");
      for (int row = number; row < Math.min(end, number + ROWS); row++) {
        rows.append(row == number ? "" : ",").append(row(row));
      }
      store(connection, token, rows.append(']').toString(), Math.min(end - number, ROWS));
    }
    awaitSteady(began);
    return (System.nanoTime() - began) / 1e9;
  }

  private static void store(HttpConnection connection, String token, String rows, int count)
      throws IOException {
    HttpConnection.Answer answer =
        connection.send(HttpConnection.request("POST", "/v1/hardware:import", token, rows), true);
    if (answer.status() != 200
        || !answer.body().replace(" ", "").contains("\"created\":" + count)) {
      throw new IllegalStateException("answered " + answer.status() + " " + answer.body());
    }
  }

  private static String row(int number) {
    return """
    {"name": "%s-%d", "hardware_type": "device.balena", "properties": {
      "machine_name": "raspberrypi4-64", "contact_email": "a@example.org",
      "application_credential_id": "id", "application_credential_secret": "secret",
      "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}}
    """
        .formatted(NAME, number, ChannelKeys.publicKey(number));
  }

  private void awaitSteady(long began) throws Exception {
    while (database.count(NAME, UNSTEADY) > 0) {
      if (System.nanoTime() - began > LIMIT.toNanos()) {
        throw new IllegalStateException("not steady after " + LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }
}

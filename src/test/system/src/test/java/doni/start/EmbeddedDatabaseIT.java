package doni.start;

import static doni.start.Local.START;
import static doni.start.Local.STOP;
import static doni.start.Local.enroll;
import static doni.start.Local.log;
import static doni.start.Local.processesIn;
import static doni.start.Local.service;
import static doni.start.Local.show;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database that the service brings along: its data outlives every end of the service. */
class EmbeddedDatabaseIT {

  @TempDir private Path directory;

  @AfterEach
  void endWhatWasLeft() {
    processesIn(directory).forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void keepsTheDataAndSaysSoInFewLines() {
    try (DoniProcess first = service(directory).start().awaitReady(START)) {
      assertThat(enroll(first, "kept")).isEqualTo(201);
      assertThat(first.stop(STOP)).isEqualTo(128 + 15);
    }
    assertThat(processesIn(directory)).isEmpty();
    int linesBefore = lines().size();

    try (DoniProcess second = service(directory).start().awaitReady(START)) {
      assertThat(show(second, "kept")).contains("\"name\":\"kept\"");
      await()
          .atMost(START)
          .until(() -> lines().getLast().contains("is ready on port " + second.port()));
    }

    assertThat(lines())
        .filteredOn(line -> line.contains("using the embedded Postgres"))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).contains(" WARN "));
    assertThat(linesBefore).as("lines of a first start and a stop").isLessThan(12);
  }

  @Test
  void takesOverFromAServiceThatWasKilled() {
    try (DoniProcess killed = service(directory).start().awaitReady(START)) {
      assertThat(enroll(killed, "survivor")).isEqualTo(201);
      List<ProcessHandle> left = processesIn(directory);
      ProcessHandle.of(killed.pid()).orElseThrow().destroyForcibly();
      killed.awaitEnd(STOP);
      assertThat(left).as("its Postgres runs on").anyMatch(ProcessHandle::isAlive);

      try (DoniProcess next = service(directory).start().awaitReady(START)) {
        assertThat(show(next, "survivor")).contains("\"name\":\"survivor\"");
        assertThat(enroll(next, "newcomer")).isEqualTo(201);
        assertThat(log(next))
            .anyMatch(line -> line.contains("Stopping the Postgres that a killed Doni left"));
      }
    }
  }

  @Test
  void worksAfterTheDatabaseWasKilledToo() {
    try (DoniProcess killed = service(directory).start().awaitReady(START)) {
      assertThat(enroll(killed, "survivor")).isEqualTo(201);
      killed.kill();

      try (DoniProcess next = service(directory).start().awaitReady(START)) {
        assertThat(show(next, "survivor")).contains("\"name\":\"survivor\"");
      }
    }
  }

  @Test
  void refusesASecondServiceInTheSameHomeAndLeavesTheFirstAlone() {
    try (DoniProcess first = service(directory).start().awaitReady(START)) {
      String home = directory.resolve("home").toString();
      try (DoniProcess second =
          service(directory.resolve("second")).environment("DONI_HOME", home).start()) {
        assertThat(second.awaitEnd(START)).isEqualTo(1);
        assertThat(log(second).getLast())
            .contains("cannot start: doni.home: '" + home + "' another Doni runs there; ");
        assertThat(log(second)).noneMatch(line -> line.startsWith("\tat "));
      }

      assertThat(enroll(first, "undisturbed")).isEqualTo(201);
    }
  }

  @Test
  void listensOnTheLoopbackInterfaceOnly() throws Exception {
    try (DoniProcess _ = service(directory).start().awaitReady(START)) {
      Path pidFile = directory.resolve("home/postgres/postmaster.pid");
      String port = Files.readAllLines(pidFile).get(3).strip();

      assertThat(addressesListeningOn(Integer.parseInt(port))).containsExactly("0100007F");
    }
  }

  @Test
  void stopsTheDatabaseWhenItIsStoppedWhileItStarts() {
    try (DoniProcess service = service(directory).start()) {
      await()
          .atMost(START)
          .until(() -> Files.exists(directory.resolve("home/postgres/postmaster.pid")));

      service.stop(STOP);

      await().atMost(STOP).untilAsserted(() -> assertThat(processesIn(directory)).isEmpty());
    }
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(directory.resolve("doni.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Local addresses in the kernel's own notation: 127.0.0.1 is 0100007F. */
  private static List<String> addressesListeningOn(int port) throws IOException {
    String listening = "0A";
    try (Stream<String> four = Files.lines(Path.of("/proc/net/tcp"));
        Stream<String> six = Files.lines(Path.of("/proc/net/tcp6"))) {
      return Stream.concat(four, six)
          .map(line -> line.strip().split("\\s+"))
          .filter(columns -> columns[3].equals(listening))
          .map(columns -> columns[1])
          .filter(address -> address.endsWith(":%04X".formatted(port)))
          .map(address -> address.substring(0, address.indexOf(':')))
          .toList();
    }
  }
}

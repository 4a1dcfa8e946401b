package doni.start;

import static doni.start.Local.START;
import static doni.start.Local.log;
import static doni.start.Local.service;
import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of the built jar, and that it ends when it cannot start. */
class CommandLineIT {

  @TempDir private Path directory;

  @Test
  void printsTheVersionOfTheExecutableJar() {
    try (DoniProcess doni =
        DoniProcess.of(BuiltService.executableJar(), directory).arguments("--version").start()) {
      assertThat(doni.awaitEnd(START)).isZero();
      assertThat(log(doni)).singleElement().asString().matches("doni \\d+\\.\\d+\\.\\d+.*");
    }
  }

  @Test
  void refusesAnUnknownCommandWithItsUsage() {
    try (DoniProcess doni =
        DoniProcess.of(BuiltService.jar(), directory).arguments("fly").start()) {
      assertThat(doni.awaitEnd(START)).isEqualTo(2);
      assertThat(log(doni)).anyMatch(line -> line.contains("'fly'"));
      assertThat(log(doni)).anyMatch(line -> line.startsWith("Usage: doni"));
    }
  }

  @Test
  void endsWithOneLineOnAWrongSetting() {
    try (DoniProcess doni = service(directory, "--doni.sync.resync-interval=soon").start()) {
      assertThat(doni.awaitEnd(START)).isEqualTo(1);
      assertThat(log(doni).getLast())
          .contains("cannot start: doni.sync.resync-interval: 'soon' is invalid; allowed: ");
      assertThat(log(doni)).noneMatch(line -> line.startsWith("\tat "));
    }
  }

  @Test
  void rehearsesWithoutTheConfigurationOfThePlace() throws Exception {
    Files.writeString(directory.resolve("application.yml"), "doni: {home: /nowhere/at/all}\n");
    try (DoniProcess doni =
        DoniProcess.of(BuiltService.jar(), directory)
            .arguments("rehearse", "--devices=4")
            .database("jdbc:postgresql://127.0.0.1:1/production", "some-user", "hunter2")
            .environment("DONI_KEYSTONE_AUTH_URL", "http://127.0.0.1:1/v3")
            .start()) {
      assertThat(doni.awaitEnd(START)).as("%s", doni.lastLines(5)).isZero();
      assertThat(directory.resolve("home")).doesNotExist();
    }
  }

  @Test
  void opensTheInventoryForACommandThatNeedsNoEngine() {
    try (DoniProcess doni =
        DoniProcess.of(BuiltService.jar(), directory)
            .arguments("migrate-from", "jdbc:mariadb://127.0.0.1:1/doni")
            .start()) {
      assertThat(doni.awaitEnd(START)).isEqualTo(1);
      assertThat(log(doni).getLast())
          .contains("doni migrate-from: jdbc:mariadb://127.0.0.1:1/doni");
    }
  }

  @Test
  void readsTheFileBesideItAndEndsWhenThatIsWrong() throws Exception {
    Files.writeString(
        directory.resolve("application.yml"),
        """
        doni:
          keystone:
            password: "hunter2
          sync: {}
        """);
    try (DoniProcess doni = service(directory).start()) {
      assertThat(doni.awaitEnd(START)).isEqualTo(1);
      assertThat(log(doni).getLast())
          .contains("cannot start: application.yml: invalid YAML, line ");
      assertThat(Files.readString(doni.log())).doesNotContain("hunter2", "\tat ");
    }
  }

  @Test
  void leavesNoDatabaseBehindWhenItsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        DoniProcess doni = service(directory).port(taken.getLocalPort()).start()) {
      assertThat(doni.awaitEnd(START)).isEqualTo(1);
      assertThat(log(doni).getLast())
          .contains(
              "cannot start: server.port: '" + taken.getLocalPort() + "' is in use; allowed: ");
      assertThat(Local.processesIn(directory)).isEmpty();
    }
  }
}

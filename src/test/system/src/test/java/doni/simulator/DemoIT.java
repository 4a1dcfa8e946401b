package doni.simulator;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoIT {

  /** The folder with the real clients, which the stage with real peers installs. */
  private static final String CLIENTS =
      Objects.requireNonNullElse(System.getenv("DONI_TEST_CLIENTS"), "");

  @TempDir private Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (Process demo : started) {
      List<ProcessHandle> children = demo.descendants().toList();
      demo.destroy();
      boolean _ = demo.waitFor(30, TimeUnit.SECONDS);
      demo.destroyForcibly();
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void enrollsShowsWhatToTryAndLeavesNothingBehind() throws Exception {
    Process demo = start(FreePort.find());

    await()
        .atMost(Duration.ofMinutes(2))
        .failFast("the demo has ended", () -> !demo.isAlive())
        .untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops everything"));
    assertThat(told())
        .filteredOn(line -> line.endsWith("workers STEADY"))
        .containsExactlyInAnyOrder(
            "greenhouse-pi 4/4 workers STEADY",
            "gate-camera 4/4 workers STEADY",
            "lab-pi 4/4 workers STEADY",
            "rack-server 2/2 workers STEADY");
    assertThat(told())
        .containsSubsequence(
            "all hardware but attic-pi is STEADY",
            "gate-camera loses its power",
            "gate-camera is offline (its kubelet no longer reports to the cluster (KubeletNotReady))",
            "gate-camera has its power back")
        .anyMatch(line -> line.startsWith("gate-camera is online"))
        .anyMatch(line ->
            line.matches(
                "attic-pi is stuck before the step registered: .*: Balena has no device type 'raspberrypi5'"))
        .anyMatch(line -> line.startsWith("attic-pi next: "));
    assertThat(commands()).hasSizeGreaterThan(25);
    for (String command : commands()) {
      succeeds(command);
      if (command.equals("./doni describe my-pi")) {
        // Before the line that has Kubernetes answer with errors, which holds the device up.
        awaitReservable(command);
      }
    }

    Path home = Path.of(found("Log +(\\S+)/doni\\.log"));
    assertThat(processesIn(home)).isNotEmpty();
    demo.destroy();

    assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(home).doesNotExist();
    await().untilAsserted(() -> assertThat(processesIn(home)).isEmpty());
  }

  /**
   * Stopped when the process of the service has just been started or not yet, and when that creates
   * its database.
   */
  @ParameterizedTest
  @ValueSource(strings = {"", "/(initdb|postgres)"})
  void leavesNothingBehindWhenItIsStoppedWhileItStarts(String awaitedChild) throws Exception {
    Process demo = start(FreePort.find());
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(output()).contains("starting the service");
          if (!awaitedChild.isEmpty()) {
            assertThat(demo.descendants())
                .anyMatch(child -> child.info().command().orElse("").matches(".*" + awaitedChild));
          }
        });

    demo.destroy();

    assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(directory.resolve("tmp")).isEmptyDirectory();
    await().untilAsserted(() -> assertThat(processesIn(directory.resolve("tmp"))).isEmpty());
  }

  @Test
  void saysInOneLineThatThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process demo = start(taken.getLocalPort());

      assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(demo.exitValue()).isEqualTo(1);
      assertThat(output().strip())
          .isEqualTo(
              "doni demo: port "
                  + taken.getLocalPort()
                  + " of 127.0.0.1 is taken; free it, or choose another one by --port");
    }
  }

  private Process start(int port) throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Djava.io.tmpdir=" + temporary,
                "-Ddoni.jar=" + BuiltService.jar(),
                "-cp",
                System.getProperty("java.class.path"),
                "doni.simulator.Demo",
                "--port",
                Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    started.add(demo);
    return demo;
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  private String found(String regex) throws IOException {
    Matcher matcher = Pattern.compile(regex).matcher(output());
    assertThat(matcher.find()).as(regex).isTrue();
    return matcher.group(1);
  }

  /** What the demo prints about its progress, without the times. */
  private List<String> told() throws IOException {
    return output()
        .lines()
        .filter(line -> line.matches(" *[0-9.]+ s  .*"))
        .map(line -> line.replaceFirst("^ *[0-9.]+ s +", "").replaceAll(" +", " "))
        .toList();
  }

  /** Those of the real clients only where these are installed. */
  private List<String> commands() throws IOException {
    return output()
        .lines()
        .filter(line ->
            line.matches(
                CLIENTS.isEmpty() ? "(curl|\\./doni) .*" : "(curl|\\./doni|openstack|chi-edge) .*"))
        .toList();
  }

  /** Runs a line as a user would who has pasted the export lines. */
  private void succeeds(String command) throws IOException, InterruptedException {
    String printed = run(command.startsWith("curl") ? command + " -w '\\n%{http_code}'" : command);

    if (command.startsWith("curl")) {
      assertThat(printed).as(command).matches("(?s).*\n2\\d\\d");
    }
  }

  private void awaitReservable(String describe) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(run(describe)).containsPattern("reservable +reached"));
  }

  private String run(String command) throws IOException, InterruptedException {
    Path answer = directory.resolve("answer");
    String exports =
        output().lines().filter(line -> line.startsWith("export ")).collect(joining("\n"));
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-e", "-c", exports + "\n" + command)
            .directory(shellDirectory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(answer.toFile());
    shell.environment().keySet().removeIf(name -> name.matches("(OS|DONI)_.*"));
    shell.environment().put("HOME", directory.toString());
    shell.environment().merge("PATH", CLIENTS, (path, more) -> more + ":" + path);
    Process process = shell.start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
    String printed = Files.readString(answer);
    assertThat(process.exitValue()).as(command + ": " + printed).isZero();
    return printed;
  }

  /** Has a launcher that does not build: the same command line from the same classes. */
  private Path shellDirectory() throws IOException {
    Path shell = Files.createDirectories(directory.resolve("shell"));
    Path launcher = shell.resolve("doni");
    if (!Files.exists(launcher)) {
      Files.writeString(
          launcher,
          "#!/bin/sh\nexec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' doni.command.DoniClient \"$@\"\n"
              .formatted(
                  Path.of(System.getProperty("java.home"), "bin", "java"),
                  System.getProperty("java.class.path")));
      Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return shell;
  }

  private static List<String> processesIn(Path home) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(home.toString()))
        .toList();
  }
}

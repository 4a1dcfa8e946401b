package doni.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {

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
    Process demo = start(freePort());

    await()
        .atMost(Duration.ofMinutes(2))
        .failFast("the demo has ended", () -> !demo.isAlive())
        .untilAsserted(() -> assertThat(output()).contains("Ctrl-C stops everything"));
    assertThat(output().lines())
        .filteredOn(line -> line.endsWith("workers STEADY"))
        .map(line -> line.replaceFirst("^ *[0-9.]+ s +", "").replaceAll(" +", " "))
        .containsExactlyInAnyOrder(
            "greenhouse-pi 4/4 workers STEADY",
            "gate-camera 4/4 workers STEADY",
            "lab-pi 4/4 workers STEADY",
            "rack-server 2/2 workers STEADY");
    assertThat(output()).contains("all hardware is STEADY");
    assertThat(curls()).hasSizeGreaterThan(10).allSatisfy(this::succeeds);

    Path home = Path.of(found("Log +(\\S+)/doni\\.log"));
    assertThat(processesIn(home)).isNotEmpty();
    demo.destroy();

    assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(home).doesNotExist();
    await().untilAsserted(() -> assertThat(processesIn(home)).isEmpty());
  }

  @Test
  void leavesNothingBehindWhenItIsStoppedWhileItStarts() throws Exception {
    Process demo = start(freePort());
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(output()).contains("starting the service"));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(processesIn(directory.resolve("tmp"))).isNotEmpty());

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

  private List<String> curls() throws IOException {
    return output().lines().filter(line -> line.startsWith("curl ")).toList();
  }

  /** Runs a line as a user would who has pasted the export lines before it. */
  private void succeeds(String curl) throws IOException, InterruptedException {
    Path answer = directory.resolve("answer");
    String exports =
        "export TOKEN="
            + found("export TOKEN=(\\S+)")
            + " KUBE="
            + found("export KUBE=(\\S+)")
            + "; ";
    Process shell =
        new ProcessBuilder("sh", "-c", exports + curl + " -w '\\n%{http_code}'")
            .redirectErrorStream(true)
            .redirectOutput(answer.toFile())
            .start();

    assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(answer)).matches("(?s).*\n2\\d\\d");
  }

  private static List<String> processesIn(Path home) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(home.toString()))
        .toList();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}

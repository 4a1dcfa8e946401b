package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.json.JsonMapper;

/** {@code doni sync} and {@code doni plan} against a service that answers what the test says. */
@ExtendWith(OutputCaptureExtension.class)
class SyncCommandTests {

  private static final String RUN = "3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f";

  @TempDir private Path directory;

  private final Deque<String> answers = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private final Deque<Integer> statuses = new ArrayDeque<>();
  private int status = 200;

  SyncCommandTests() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    requests.add(
        (exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body).strip());
    assertThat(exchange.getRequestHeaders().getFirst("X-Auth-Token")).isEqualTo("t0ken");
    byte[] answer =
        (answers.size() > 1 ? answers.removeFirst() : answers.getFirst())
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        statuses.isEmpty() ? status : statuses.removeFirst(), answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private int run(String... arguments) throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "t0ken\n");
    return DoniCommand.run(
        SyncCommandTests.class,
        Stream.concat(
                Stream.of(arguments),
                Stream.of(
                    "--url",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/",
                    "--token-file",
                    token.toString()))
            .toArray(String[]::new));
  }

  private static String run(String state, int done, int failed) {
    return """
    {"uuid": "%s", "state": "%s", "total": 40, "done": %d, "failed": %d, "deferred": 0,
     "failures": [{"reason": "kubernetes\\u001b[2J answered 500", "count": %d}],
     "rate_per_second": 8.0, "estimated_end": null}
    """
        .formatted(RUN, state, done, failed, failed);
  }

  @Test
  void beginsARunOfEverything(CapturedOutput output) throws IOException {
    answers.add(run("RUNNING", 0, 0));

    assertThat(run("sync", "--all")).isZero();

    assertThat(requests).containsExactly("POST /v1/hardware/sync {}");
    assertThat(output.getOut())
        .contains("run " + RUN, "RUNNING 0 of 40 (0 %)", "8.0 per second")
        .doesNotContain("t0ken");
  }

  @Test
  void narrowsARun() throws IOException {
    answers.add(run("RUNNING", 0, 0));

    assertThat(
            run(
                "sync",
                "--worker-type",
                "k8s",
                "--state",
                "ERROR",
                "--name",
                "a",
                "--name",
                "b",
                "-l",
                "site/rack=r1"))
        .isZero();

    assertThat(requests)
        .containsExactly(
            "POST /v1/hardware/sync {\"worker_type\":\"k8s\",\"state\":\"ERROR\",\"names\":[\"a\",\"b\"],\"selector\":\"site/rack=r1\"}");
  }

  @Test
  void waitsUntilItIsDone(CapturedOutput output) throws IOException {
    answers.addAll(List.of(run("RUNNING", 0, 0), run("RUNNING", 20, 0), run("DONE", 40, 0)));

    assertThat(run("sync", "--all", "--wait")).isZero();

    assertThat(requests).hasSize(3).last().isEqualTo("GET /v1/sync/" + RUN);
    assertThat(output.getOut())
        .containsSubsequence("RUNNING 0 of 40", "RUNNING 20 of 40 (50 %)", "DONE 40 of 40 (100 %)")
        .doesNotContain("\r");
  }

  @Test
  void saysByItsExitCodeHowARunEnded(CapturedOutput output) throws IOException {
    answers.add(run("DONE", 40, 3));
    assertThat(run("sync", "--all", "--wait")).isEqualTo(3);
    assertThat(output.getOut())
        .contains("3 failed", "  3: kubernetes [2J answered 500")
        .doesNotContain("\u001b");
    assertThat(run("sync", "--status", RUN)).isEqualTo(3);

    answers.clear();
    answers.add(run("CANCELLED", 7, 0));
    assertThat(run("sync", "--status", RUN)).isEqualTo(4);
    assertThat(run("sync", "--cancel", RUN)).isZero();
  }

  @Test
  void namesLaneDevicesAndReasonOfFailures(CapturedOutput output) throws IOException {
    answers.add(
        """
        {"uuid": "%s", "state": "DONE", "total": 6, "done": 6, "failed": 5, "deferred": 0, "failures": [
          {"reason": "tunelo answered 500", "count": 4, "worker_type": "tunelo", "devices": ["a", "b", "c"]},
          {"reason": "kubernetes answered 422", "count": 1, "worker_type": "k8s", "devices": ["d"]}],
         "rate_per_second": null, "estimated_end": null}
        """
            .formatted(RUN));

    assertThat(run("sync", "--all", "--wait")).isEqualTo(3);

    assertThat(output.getOut().lines())
        .endsWith(
            "  4 in lane tunelo (a, b, c, ...): tunelo answered 500",
            "  1 in lane k8s (d): kubernetes answered 422");
  }

  @Test
  void printsOneDocumentForPrograms(CapturedOutput output) throws IOException {
    answers.addAll(List.of(run("RUNNING", 0, 0), run("DONE", 40, 3)));
    assertThat(run("sync", "--all", "--wait", "--output", "json")).isEqualTo(3);
    assertThat(JsonMapper.shared().readTree(output.getOut()).path("done").asInt(0)).isEqualTo(40);
    assertThat(output.getErr()).contains("run " + RUN);
  }

  @Test
  void printsAPlanForPrograms(CapturedOutput output) throws IOException {
    answers.add(
        """
        {"hardware_uuid": "%s", "workers": [{"worker_type": "k8s", "changes": [], "reason": "no connection"}]}
        """
            .formatted(RUN));
    assertThat(run("plan", "greenhouse", "--output", "json")).isEqualTo(3);
    assertThat(JsonMapper.shared().readTree(output.getOut()).at("/workers/0/reason").asString(""))
        .isEqualTo("no connection");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "cancel"})
  void steersARun(String action) throws IOException {
    answers.add(run("PAUSED", 7, 0));

    assertThat(run("sync", "--" + action, RUN)).isZero();

    assertThat(requests).containsExactly("POST /v1/sync/" + RUN + "/" + action);
  }

  @Test
  void saysWhyTheServiceRefuses(CapturedOutput output) throws IOException {
    status = 403;
    answers.add("{\"error\": \"hardware:sync_all is disallowed by policy\"}");

    assertThat(run("sync", "--all", "--wait")).isEqualTo(1);

    assertThat(output.getErr())
        .contains("doni sync: http://127.0.0.1:", "answered 403: hardware:sync_all is disallowed");
    assertThat(output.getErr().lines()).hasSize(1);
  }

  @Test
  void saysThatTheServiceDoesNotAnswer(CapturedOutput output) throws IOException {
    server.stop(0);

    assertThat(run("sync", "--all")).isEqualTo(1);

    assertThat(output.getErr()).contains("does not answer (ConnectException)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sync",
        "sync --wait",
        "sync --all --state ERROR",
        "sync --all --status " + RUN,
        "sync --pause " + RUN + " --resume " + RUN,
        "sync --status nothing",
        "plan"
      })
  void refusesWhatMakesNoSense(String line, CapturedOutput output) throws IOException {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(requests).isEmpty();
    assertThat(output.getErr()).contains("Usage: doni");
  }

  @Test
  void wantsATokenThatIsNoArgument(CapturedOutput output) throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));

    assertThat(
            DoniCommand.run(
                SyncCommandTests.class, "sync", "--all", "--token-file", empty.toString()))
        .isEqualTo(1);
    assertThat(
            DoniCommand.run(
                SyncCommandTests.class, "sync", "--all", "--token-file", directory + "/none"))
        .isEqualTo(1);

    assertThat(output.getErr()).contains("no token: set OS_TOKEN", "cannot be read");
  }

  @Test
  void printsAPlan(CapturedOutput output) throws IOException {
    answers.add(
        """
        {"hardware_uuid": "%s", "workers": [
          {"worker_type": "k8s", "reason": null, "changes": [
            {"action": "CREATE", "object": "secret bootstrap-token-abcdef", "from": null, "to": null},
            {"action": "UPDATE", "object": "label a", "from": "x", "to": "y"}]},
          {"worker_type": "tunelo", "reason": null, "changes": []}]}
        """
            .formatted(RUN));

    assertThat(run("plan", "green house")).isZero();

    assertThat(requests).containsExactly("GET /v1/hardware/green%20house/plan");
    assertThat(output.getOut())
        .containsSubsequence(
            "green house (" + RUN + ")",
            "  k8s:",
            "    CREATE secret bootstrap-token-abcdef",
            "    UPDATE label a: x -> y",
            "  tunelo: no changes");
  }

  @Test
  void saysWhatOfAPlanIsNotKnown(CapturedOutput output) throws IOException {
    answers.add(
        """
        {"hardware_uuid": "%s", "workers": [{"worker_type": "k8s", "reason": "no connection", "changes": []}]}
        """
            .formatted(RUN));

    assertThat(run("plan", "pi")).isEqualTo(3);

    assertThat(output.getOut()).contains("  k8s: no plan: no connection");
  }

  @Test
  void plansTheCleanupOfADeletedDeviceByItsName(CapturedOutput output) throws IOException {
    statuses.addAll(List.of(404, 403, 200, 200));
    answers.addAll(
        List.of(
            "{\"error\": \"Hardware old-pi could not be found.\"}",
            "{\"error\": \"hardware:get is disallowed by policy\"}",
            "{\"hardware\": [{\"uuid\": \"%s\"}], \"links\": []}".formatted(RUN),
            """
            {"hardware_uuid": "%s", "deleted_at": "2031-03-05T12:00:00+00:00", "workers": [
              {"worker_type": "k8s", "reason": null, "blocked_by": "kubernetes answered 403: forbidden",
               "changes": [{"action": "DELETE", "object": "node old-pi", "from": null, "to": null}]},
              {"worker_type": "tunelo", "reason": "in use", "blocked_by": "in use", "changes": []}]}
            """
                .formatted(RUN)));

    assertThat(run("plan", "old-pi")).isEqualTo(3);

    assertThat(requests)
        .containsExactly(
            "GET /v1/hardware/old-pi/plan",
            "GET /v1/hardware?deleted=true&name=old-pi&all_projects=true",
            "GET /v1/hardware?deleted=true&name=old-pi",
            "GET /v1/hardware/" + RUN + "/plan");
    assertThat(output.getOut().lines())
        .containsExactly(
            "old-pi (" + RUN + "), deleted at 2031-03-05T12:00:00+00:00",
            "  k8s:",
            "    DELETE node old-pi",
            "    cleanup blocked by: kubernetes answered 403: forbidden",
            "  tunelo: no plan: in use");
  }

  @Test
  void asksWhichOfSeveralDeletedDevicesIsMeant(CapturedOutput output) throws IOException {
    statuses.addAll(List.of(404, 200));
    answers.addAll(
        List.of(
            "{\"error\": \"Hardware old-pi could not be found.\"}",
            "{\"hardware\": [{\"uuid\": \"first\"}, {\"uuid\": \"second\"}], \"links\": []}"));

    assertThat(run("plan", "old-pi")).isEqualTo(1);

    assertThat(output.getErr())
        .contains(
            "2 deleted devices had the name old-pi; give the UUID of one of them: first, second");
  }

  @Test
  void saysThatADeviceIsNotFoundWhereNoneIsBeingDeletedEither(CapturedOutput output)
      throws IOException {
    statuses.addAll(List.of(404, 200));
    answers.addAll(
        List.of(
            "{\"error\": \"Hardware old-pi could not be found.\"}",
            "{\"hardware\": [], \"links\": []}"));

    assertThat(run("plan", "old-pi")).isEqualTo(1);

    assertThat(output.getErr()).contains("answered 404: Hardware old-pi could not be found.");
  }

  @Test
  void drawsABarOnATerminal() {
    StringWriter screen = new StringWriter();
    ResyncProgressDisplay display = new ResyncProgressDisplay(new PrintWriter(screen), true);

    display.show(progress(run("RUNNING", 20, 0)));
    display.note("the service does not answer");
    display.show(progress(run("DONE", 40, 0)));
    display.end();

    assertThat(screen.toString())
        .startsWith("\r[###############...............] RUNNING 20 of 40 (50 %)")
        .contains(
            "\rthe service does not answer ", "\r[##############################] DONE 40 of 40")
        .endsWith(System.lineSeparator());
  }

  @Test
  void saysOnceThatTheServiceIsAway() {
    StringWriter lines = new StringWriter();
    ResyncProgressDisplay display = new ResyncProgressDisplay(new PrintWriter(lines), false);

    display.note("away");
    display.note("away");
    display.show(progress(run("RUNNING", 20, 0)));
    display.note("away");

    assertThat(lines.toString().lines().filter("away"::equals)).hasSize(2);
  }

  private static ResyncRunFormatter progress(String run) {
    return new ResyncRunFormatter(JsonMapper.shared().readTree(run));
  }
}

package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import doni.client.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code doni sync} and {@code doni plan} against a service that answers what the test says. */
class SyncCommandTests {

  private static final String RUN = "3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f";

  @TempDir private Path directory;

  private final FakeService service;

  SyncCommandTests() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private FakeService.Ended run(String... arguments) throws IOException {
    Path token = Files.writeString(directory.resolve("token"), "t0ken\n");
    return service.run(
        Stream.concat(
                Stream.of(arguments),
                Stream.of("--url", service.url() + "/", "--token-file", token.toString()))
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
  void beginsARunOfEverything() throws IOException {
    service.answer(run("RUNNING", 0, 0));

    FakeService.Ended ended = run("sync", "--all");

    assertThat(ended.code()).isZero();
    assertThat(service.requests()).containsExactly("POST /v1/hardware/sync {}");
    assertThat(ended.out())
        .contains("run " + RUN, "RUNNING 0 of 40 (0 %)", "8.0 per second")
        .doesNotContain("t0ken");
  }

  @Test
  void narrowsARun() throws IOException {
    service.answer(run("RUNNING", 0, 0));

    run("sync", "--worker-type", "k8s", "--state", "ERROR", "--name", "a", "--name", "b");

    assertThat(service.requests())
        .containsExactly(
            "POST /v1/hardware/sync"
                + " {\"worker_type\":\"k8s\",\"state\":\"ERROR\",\"names\":[\"a\",\"b\"]}");
  }

  @Test
  void waitsUntilItIsDone() throws IOException {
    service.answer(run("RUNNING", 0, 0)).answer(run("RUNNING", 20, 0)).answer(run("DONE", 40, 0));

    FakeService.Ended ended = run("sync", "--all", "--wait");

    assertThat(ended.code()).isZero();
    assertThat(service.requests()).hasSize(3).last().isEqualTo("GET /v1/sync/" + RUN);
    assertThat(ended.out())
        .containsSubsequence("RUNNING 0 of 40", "RUNNING 20 of 40 (50 %)", "DONE 40 of 40 (100 %)")
        .doesNotContain("\r");
  }

  @Test
  void saysByItsExitCodeHowARunEnded() throws IOException {
    service.answer(run("DONE", 40, 3));
    FakeService.Ended waited = run("sync", "--all", "--wait");
    assertThat(waited.code()).isEqualTo(3);
    assertThat(waited.out())
        .contains("3 failed", "  3 failed: kubernetes [2J answered 500")
        .doesNotContain("\u001b");
    assertThat(run("sync", "--status", RUN).code()).isEqualTo(3);

    service.forget().answer(run("CANCELLED", 7, 0));
    assertThat(run("sync", "--status", RUN).code()).isEqualTo(4);
    assertThat(run("sync", "--cancel", RUN).code()).isZero();
  }

  @Test
  void namesLaneDevicesAndReasonOfFailures() throws IOException {
    service.answer(
        """
        {"uuid": "%s", "state": "DONE", "total": 6, "done": 6, "failed": 5, "deferred": 0, "failures": [
          {"reason": "tunelo answered 500", "count": 4, "worker_type": "tunelo", "devices": ["a", "b", "c"]},
          {"reason": "kubernetes answered 422", "count": 1, "worker_type": "k8s", "devices": ["d"]}],
         "rate_per_second": null, "estimated_end": null}
        """
            .formatted(RUN));

    FakeService.Ended ended = run("sync", "--all", "--wait");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out().lines())
        .endsWith(
            "  4 failed in lane tunelo (a, b, c, ...): tunelo answered 500",
            "  1 failed in lane k8s (d): kubernetes answered 422");
  }

  @Test
  void namesLaneDevicesAndReasonOfWhatIsDeferred() throws IOException {
    service.answer(waiting("DONE", 6, "No matching k8s node found"));

    FakeService.Ended ended = run("sync", "--all", "--wait");

    assertThat(ended.code()).isZero();
    assertThat(ended.out().lines())
        .endsWith("  2 waiting in lane k8s (a, b): No matching k8s node found");
    assertThat(run("sync", "--status", RUN).out()).contains("  2 waiting in lane k8s");
    assertThat(run("sync", "--all").out()).doesNotContain("waiting");
  }

  /** At 3 a.m.: why does the run not end? */
  @Test
  void saysWhatARunWaitsForThatDoesNotGetFurther() {
    StringWriter lines = new StringWriter();
    ResyncProgressDisplay display = new ResyncProgressDisplay(new PrintWriter(lines), false);

    for (int look = 0; look < 30; look++) {
      display.show(progress(waiting("RUNNING", 4, "circuit open: kubernetes")));
    }
    assertThat(lines.toString().lines())
        .containsExactly(
            "RUNNING 4 of 6 (66 %)", "  2 waiting in lane k8s (a, b): circuit open: kubernetes");

    for (int done = 5; done < 7; done++) {
      display.show(progress(waiting("RUNNING", done, "queued")));
    }
    assertThat(lines.toString()).doesNotContain("queued");
  }

  @Test
  void saysItAboveTheBarOfATerminal() {
    StringWriter screen = new StringWriter();
    ResyncProgressDisplay display = new ResyncProgressDisplay(new PrintWriter(screen), true);

    for (int look = 0; look < 12; look++) {
      display.show(progress(waiting("RUNNING", 4, "circuit open: kubernetes")));
    }

    assertThat(screen.toString())
        .containsOnlyOnce(
            "\r  2 waiting in lane k8s (a, b): circuit open: kubernetes" + System.lineSeparator());
  }

  private static String waiting(String state, int done, String reason) {
    return """
    {"uuid": "%s", "state": "%s", "total": 6, "done": %d, "failed": 0, "deferred": 0, "failures": [], "waiting": [
       {"reason": "%s", "count": 2, "worker_type": "k8s", "devices": ["a", "b"]}],
     "rate_per_second": null, "estimated_end": null}
    """
        .formatted(RUN, state, done, reason);
  }

  @Test
  void printsOneDocumentForPrograms() throws IOException {
    service.answer(run("RUNNING", 0, 0)).answer(run("DONE", 40, 3));

    FakeService.Ended ended = run("sync", "--all", "--wait", "--output", "json");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(JsonValue.parse(ended.out()).path("done").number()).isEqualTo(40);
    assertThat(ended.err()).contains("run " + RUN);
  }

  @Test
  void printsAPlanForPrograms() throws IOException {
    service.answer(
        """
        {"hardware_uuid": "%s", "workers": [{"worker_type": "k8s", "changes": [], "reason": "no connection"}]}
        """
            .formatted(RUN));

    FakeService.Ended ended = run("plan", "greenhouse", "--output", "json");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(
            JsonValue.parse(ended.out())
                .path("workers")
                .elements()
                .getFirst()
                .path("reason")
                .text())
        .isEqualTo("no connection");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pause", "resume", "cancel"})
  void steersARun(String action) throws IOException {
    service.answer(run("PAUSED", 7, 0));

    assertThat(run("sync", "--" + action, RUN).code()).isZero();

    assertThat(service.requests()).containsExactly("POST /v1/sync/" + RUN + "/" + action);
  }

  @Test
  void resyncsTheNamedDevicesAndGoesOnAfterARefusal() throws IOException {
    service.answer("").answer(404, "{\"error\": \"Hardware b could not be found.\"}").answer("");

    FakeService.Ended ended = run("resync", "a", "b", "c");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(service.requests())
        .containsExactly(
            "POST /v1/hardware/a/sync", "POST /v1/hardware/b/sync", "POST /v1/hardware/c/sync");
    assertThat(ended.out().lines()).containsExactly("a is being resynced", "c is being resynced");
    assertThat(ended.err()).contains("doni resync: b: ", "Hardware b could not be found.");
  }

  @Test
  void saysWhyTheServiceRefuses() throws IOException {
    service.answer(403, "{\"error\": \"hardware:sync_all is disallowed by policy\"}");

    FakeService.Ended ended = run("sync", "--all", "--wait");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo(
            "doni sync: %s answered 403: hardware:sync_all is disallowed by policy; use a token with another role or project, or ask an operator\n"
                .formatted(service.url()));
  }

  @Test
  void saysThatTheServiceDoesNotAnswer() throws IOException {
    service.stop();

    FakeService.Ended ended = run("sync", "--all");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo(
            "doni sync: %s does not answer (ConnectException); check --url or DONI_URL, and that the service runs\n"
                .formatted(service.url()));
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
        "resync a --all",
        "resync a --wait",
        "plan"
      })
  void refusesWhatMakesNoSense(String line) throws IOException {
    FakeService.Ended ended = run(line.split(" "));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(service.requests()).isEmpty();
    assertThat(ended.err()).contains("Usage: doni");
  }

  @Test
  void wantsATokenThatIsNoArgument() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));

    assertThat(service.run("sync", "--all", "--token-file", empty.toString()).err())
        .isEqualTo(
            "doni sync: no token: set OS_TOKEN (openstack token issue -f value -c id), use"
                + " --token-file, or run 'doni login'\n");
    assertThat(service.run("sync", "--all", "--token-file", directory + "/none").err())
        .isEqualTo("doni sync: --token-file: " + directory + "/none cannot be read\n");
  }

  @Test
  void printsAPlan() throws IOException {
    service.answer(
        """
        {"hardware_uuid": "%s", "workers": [
          {"worker_type": "k8s", "reason": null, "changes": [
            {"action": "CREATE", "object": "secret bootstrap-token-abcdef", "from": null, "to": null},
            {"action": "UPDATE", "object": "label a", "from": "x", "to": "y"}]},
          {"worker_type": "tunelo", "reason": null, "changes": []}]}
        """
            .formatted(RUN));

    FakeService.Ended ended = run("plan", "green house");

    assertThat(ended.code()).isZero();
    assertThat(service.requests()).containsExactly("GET /v1/hardware/green%20house/plan");
    assertThat(ended.out().lines())
        .containsExactly(
            "green house (" + RUN + ")",
            "  k8s:",
            "    CREATE secret bootstrap-token-abcdef",
            "    UPDATE label a: x -> y",
            "  tunelo: no changes");
  }

  @Test
  void saysWhatOfAPlanIsNotKnown() throws IOException {
    service.answer(
        """
        {"hardware_uuid": "%s", "workers": [{"worker_type": "k8s", "reason": "no connection", "changes": []}]}
        """
            .formatted(RUN));

    FakeService.Ended ended = run("plan", "pi");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out()).contains("  k8s: no plan: no connection");
  }

  @Test
  void plansTheCleanupOfADeletedDeviceByItsName() throws IOException {
    service
        .answer(404, "{\"error\": \"Hardware old-pi could not be found.\"}")
        .answer(403, "{\"error\": \"hardware:get is disallowed by policy\"}")
        .answer("{\"hardware\": [{\"uuid\": \"%s\"}], \"links\": []}".formatted(RUN))
        .answer(
            """
            {"hardware_uuid": "%s", "deleted_at": "2031-03-05T12:00:00+00:00", "workers": [
              {"worker_type": "k8s", "reason": null, "blocked_by": "kubernetes answered 403: forbidden",
               "changes": [{"action": "DELETE", "object": "node old-pi", "from": null, "to": null}]},
              {"worker_type": "tunelo", "reason": "in use", "blocked_by": "in use", "changes": []}]}
            """
                .formatted(RUN));

    FakeService.Ended ended = run("plan", "old-pi");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(service.requests())
        .containsExactly(
            "GET /v1/hardware/old-pi/plan",
            "GET /v1/hardware?deleted=true&name=old-pi&all_projects=true",
            "GET /v1/hardware?deleted=true&name=old-pi",
            "GET /v1/hardware/" + RUN + "/plan");
    assertThat(ended.out().lines())
        .containsExactly(
            "old-pi (" + RUN + "), deleted at 2031-03-05T12:00:00+00:00",
            "  k8s:",
            "    DELETE node old-pi",
            "    cleanup blocked by: kubernetes answered 403: forbidden",
            "  tunelo: no plan: in use");
  }

  @Test
  void asksWhichOfSeveralDeletedDevicesIsMeant() throws IOException {
    service
        .answer(404, "{\"error\": \"Hardware old-pi could not be found.\"}")
        .answer("{\"hardware\": [{\"uuid\": \"first\"}, {\"uuid\": \"second\"}], \"links\": []}");

    FakeService.Ended ended = run("plan", "old-pi");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .contains(
            "2 deleted devices had the name old-pi; give the UUID of one of them: first, second");
  }

  @Test
  void saysThatADeviceIsNotFoundWhereNoneIsBeingDeletedEither() throws IOException {
    service
        .answer(404, "{\"error\": \"Hardware old-pi could not be found.\"}")
        .answer("{\"hardware\": [], \"links\": []}");

    FakeService.Ended ended = run("plan", "old-pi");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .endsWith(
            "answered 404: Hardware old-pi could not be found. 'doni get' lists the devices of the project\n");
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
    return new ResyncRunFormatter(JsonValue.parse(run));
  }
}

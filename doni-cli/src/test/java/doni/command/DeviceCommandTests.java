package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands about devices send, and how they end. */
class DeviceCommandTests {

  private static final String DEVICE = "{\"name\": \"edge-01\", \"uuid\": \"u1\", \"workers\": []}";

  @TempDir private Path directory;

  private final FakeService service;

  DeviceCommandTests() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "get -l site=north,role!=test -q pi | GET"
            + " /v1/hardware?limit=500&selector=site%3Dnorth%2Crole%21%3Dtest&q=pi",
        "get --availability offline -A | GET"
            + " /v1/hardware?limit=500&device_availability=offline&all_projects=true",
        "get --filter properties.machine_name=jetson-nano | GET"
            + " /v1/hardware?limit=500&properties.machine_name=jetson-nano",
        "get --sort name --desc --limit 3 | GET /v1/hardware?limit=3&sort_key=name&sort_dir=desc",
        "get a/b | GET /v1/hardware/a%2Fb",
        "delete edge-01 --force | DELETE /v1/hardware/edge-01?force=true",
        "quarantine edge-01 --reason relay | POST /v1/hardware/edge-01/quarantine"
            + " {\"reason\":\"relay\"}",
        "release edge-01 | POST /v1/hardware/edge-01/release",
        "quarantine -l site=north -A --yes --reason relay | POST"
            + " /v1/hardware:quarantine?selector=site%3Dnorth&all_projects=true {\"reason\":\"relay\"}",
        "release -q pi -y | POST /v1/hardware:release?q=pi",
        "create e -t baremetal -p a=b -p c:=[1] --label site=n | POST /v1/hardware"
            + " {\"name\":\"e\",\"hardware_type\":\"baremetal\",\"properties\":{\"a\":\"b\",\"c\":[1]},\"labels\":{\"site\":\"n\"}}",
        "set e a=b c- /labels/site=n --name f | PATCH /v1/hardware/e"
            + " [{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"f\"},{\"op\":\"add\",\"path\":\"/properties/a\",\"value\":\"b\"},{\"op\":\"remove\",\"path\":\"/properties/c\"},{\"op\":\"add\",\"path\":\"/labels/site\",\"value\":\"n\"}]",
        "api post /v1/hardware/e/sync | POST /v1/hardware/e/sync"
      })
  void sends(String command, String request) {
    service.answer(DEVICE);

    FakeService.Ended ended = service.run(command.split(" "));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(service.requests()).containsExactly(request);
    assertThat(service.received().getFirst().header("X-Auth-Token")).isEqualTo("t0ken");
  }

  @Test
  void onlyCountsTheDevicesThatMatchWithoutYes() {
    service.answer("{\"total\": 40}");

    FakeService.Ended ended = service.run("quarantine", "-l", "site=north");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out()).isEqualTo("40 devices match; repeat the command with --yes\n");
    assertThat(service.requests()).containsExactly("GET /v1/summary?selector=site%3Dnorth");
  }

  @Test
  void namesTheDevicesOfABatchThatAreRefused() {
    service.answer(
        "{\"matched\": 2, \"done\": 1, \"refused\": [{\"name\": \"pi\", \"error\": \"not yours\"}]}");

    FakeService.Ended ended = service.run("release", "--quarantined", "--yes");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out()).isEqualTo("1 device released\n");
    assertThat(ended.err()).isEqualTo("pi: not yours\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"quarantine --yes", "release edge-01 -l site=north", "release -A -y"})
  void refusesABatchWithoutAFilterOrWithNames(String command) {
    FakeService.Ended ended = service.run(command.split(" "));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void readsASecretFromAFile() throws IOException {
    service.answer(DEVICE);
    Path secret = Files.writeString(directory.resolve("secret"), "s3cret\n");

    service.run("create", "e", "-t", "device.balena", "-p", "secret=@" + secret);

    assertThat(service.requests().getFirst()).contains("\"secret\":\"s3cret\"");
  }

  @Test
  void sendsHeadersOfAConditionalChange() {
    service.answer(DEVICE);

    service.run("set", "e", "a=b", "--if-match", "\"3\"");

    assertThat(service.received().getFirst().header("If-Match")).isEqualTo("\"3\"");
    assertThat(service.received().getFirst().header("Content-Type"))
        .isEqualTo("application/json-patch+json");
  }

  @Test
  void followsTheLinksOfAList() {
    service
        .answer(
            "{\"hardware\": [{\"name\": \"a\"}], \"links\": [{\"rel\": \"next\", \"href\":"
                + " \"http://elsewhere/v1/hardware?limit=500&marker=m\"}]}")
        .answer("{\"hardware\": [{\"name\": \"b\"}], \"links\": []}");

    FakeService.Ended ended = service.run("get", "-o", "name");

    assertThat(ended.out().lines()).containsExactly("a", "b");
    assertThat(service.requests())
        .containsExactly("GET /v1/hardware?limit=500", "GET /v1/hardware?limit=500&marker=m");
  }

  @Test
  void printsChangedRowsWhileItWatchesInAPipe() {
    service
        .answer(
            "{\"hardware\": [{\"name\": \"a\", \"uuid\": \"1\"}, {\"name\": \"b\", \"uuid\":"
                + " \"2\"}]}")
        .answer(503, "{\"error\": \"The database is unavailable.\"}")
        .answer(
            "{\"hardware\": [{\"name\": \"a\", \"uuid\": \"1\"}, {\"name\": \"b2\", \"uuid\":"
                + " \"2\"}]}")
        .answer("{\"hardware\": [{\"name\": \"b2\", \"uuid\": \"2\"}]}")
        .interruptAfter(3);

    FakeService.Ended ended = service.run("get", "--watch");

    assertThat(ended.out().lines()).containsExactly("NAME", "a", "b", "NAME", "b2", "1 is deleted");
    assertThat(ended.err()).contains("answered 503: The database is unavailable.");
  }

  @Test
  void redrawsTheTableWhileItWatchesOnATerminal() {
    service.answer("{\"hardware\": [{\"name\": \"a\"}]}").onTerminal().interruptAfter(1);

    assertThat(service.run("get", "--watch").out())
        .isEqualTo("\u001b[H\u001b[2JNAME\na\n".repeat(2));
  }

  @Test
  void followsTheStreamOfEvents() {
    service
        .answer("{\"events\": [{\"id\": 7, \"kind\": \"first\", \"body\": {}}], \"links\": []}")
        .answer("{\"uuid\": \"u1\"}")
        .answer("{\"events\": [{\"id\": 7, \"kind\": \"first\", \"body\": {}}], \"links\": []}")
        .answer(
            200,
            """
            : comment

            id: 1-8
            event: second
            data: {"id": 8, "kind": "second", "body": {}}

            """,
            "text/event-stream")
        .interruptAfter(1);

    FakeService.Ended ended = service.run("events", "e", "--follow");

    assertThat(ended.out().lines().map(String::strip)).containsExactly("first", "second");
    assertThat(service.received().get(3).header("Accept")).isEqualTo("text/event-stream");
    assertThat(service.received().get(4).header("Last-Event-ID")).isEqualTo("1-8");
    assertThat(service.requests().get(3)).isEqualTo("GET /v1/events?hardware=u1");
  }

  @Test
  void asksForNewerEventsWhereTheStreamIsRefused() {
    String page = "{\"events\": [{\"id\": %d, \"kind\": \"k%d\", \"body\": {}}], \"links\": []}";
    service
        .answer(page.formatted(7, 7))
        .answer("{\"uuid\": \"u1\"}")
        .answer(page.formatted(7, 7))
        .answer(403, "{\"error\": \"hardware:get is disallowed by policy\"}")
        .answer(page.formatted(8, 8))
        .interruptAfter(3);

    FakeService.Ended ended = service.run("events", "e", "--follow");

    assertThat(ended.out().lines().map(String::strip)).containsExactly("k7", "k8");
    assertThat(service.requests()).filteredOn(line -> line.contains("hardware=u1")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | doni: missing command",
        "fly | doni: unknown command: 'fly'",
        "get --fast | doni get: unknown option: '--fast'",
        "get -o xml | doni get: --output: must be one of table, wide, json, yaml, name, not 'xml'",
        "get a --state ERROR | doni get: give either NAME or filters",
        "get --limit 0 | doni get: --limit: must be a positive number, not '0'",
        "get --state | doni get: option '--state' needs a value (STATE)",
        "delete | doni delete: missing argument: NAME",
        "set e | doni set: missing argument: CHANGE",
        "set e value | doni set: 'value': must be NAME=VALUE, NAME:=JSON or NAME=@FILE",
        "create e | doni create: NAME and --type, or --file, must be given",
        "create e -t t -p a:=[ | doni create: a: must be JSON",
        "completion fish | doni completion: 'fish': must be bash or zsh",
        "import | doni import: either FILE or --from must be given",
        "api /v1 fly | doni api: give a method (DELETE, GET, PATCH, POST, PUT) and a path that"
            + " begins with /"
      })
  void refusesWithTheNextStep(String command, String message) {
    FakeService.Ended ended = service.run(command.isEmpty() ? new String[0] : command.split(" "));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err().lines().findFirst()).hasValue(message);
    assertThat(ended.err()).contains("--help'");
    assertThat(service.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | ; run 'doni login', or set OS_TOKEN to a new token",
        "404 | ; 'doni get' lists the devices of the project",
        "409 | ; 'doni describe NAME' shows the present state",
        "503 | ; repeat the command later, 'doni status' shows when"
      })
  void endsAnErrorWithTheNextStep(int status, String nextStep) {
    service.answer(status, "{\"error\": \"no\\u001b[2J\"}");

    FakeService.Ended ended = service.run("get", "e");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo(
            "doni get: %s answered %d: no [2J%s\n".formatted(service.url(), status, nextStep));
  }

  @Test
  void saysThatAnotherProgramAnswered() {
    service.answer(200, "<html>", "text/html");

    assertThat(service.run("get").err())
        .isEqualTo("doni get: " + service.url() + " answered 200 without JSON; check --url\n");
  }

  @Test
  void completesCommandsOptionsAndDevices() throws Exception {
    Path script =
        Files.writeString(directory.resolve("c"), service.run("completion", "bash").out());
    ProcessBuilder bash =
        new ProcessBuilder(
            "bash",
            "-c",
            "doni() { echo greenhouse-pi; }; . "
                + script
                + "; t() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _doni; echo"
                + " \"${COMPREPLY[*]}\"; }; t doni desc; t doni get --wat; t doni delete green");
    Process process = bash.redirectErrorStream(true).start();

    String printed =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

    assertThat(printed.lines()).containsExactly("describe", "--watch", "greenhouse-pi");
  }
}

package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import doni.client.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/**
 * What commands print on a terminal and in a pipe, word for word. After a change, refresh the files
 * with {@code -Dgolden.refresh=true}, read the difference and commit it.
 */
class GoldenOutputTests {

  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

  private static final String OLD =
      """
      {"hardware": [
        {"name": "greenhouse-pi", "uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "hardware_type": "device.balena",
         "project_id": "p1", "created_at": "2001-03-03T12:00:00+00:00", "updated_at": null,
         "properties": {"machine_name": "raspberrypi4-64", "channels": {"user": {"channel_type": "wireguard"}}},
         "workers": [{"worker_type": "k8s", "state": "STEADY", "state_details": {}},
                     {"worker_type": "balena", "state": "ERROR", "state_details":
                        {"last_error": "balena answered\\u001b[2J 500", "next_attempt_at": "2031-03-03T12:00:00+00:00"}}]},
        {"name": "nc01", "uuid": "1fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "hardware_type": "baremetal",
         "project_id": "p1", "created_at": "2001-03-04T12:00:00+00:00", "updated_at": null, "properties": {},
         "quarantine": {"reason": "relay", "since": "2001-03-05T12:00:00+00:00", "user_id": "u"},
         "workers": [{"worker_type": "ironic", "state": "PENDING", "state_details": {"defer_reason": "waits"}}]}],
       "links": []}
      """;

  private static final String NEW =
      """
      {"hardware": [
        {"name": "greenhouse-pi", "uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "hardware_type": "device.balena",
         "project_id": "p1", "created_at": "2001-03-03T12:00:00+00:00", "updated_at": null, "properties": {},
         "labels": {"site": "north", "role": "camera"},
         "device_availability": {"status": "offline", "since": "2001-04-03T12:00:00+00:00", "reason": "node not ready"},
         "workers": [{"worker_type": "k8s", "state": "STEADY", "state_details": {}}]}],
       "links": []}
      """;

  private static final String DEVICE =
      """
      {"name": "greenhouse-pi", "uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "hardware_type": "device.balena",
       "project_id": "p1", "created_at": "2001-03-03T12:00:00+00:00", "updated_at": null,
       "properties": {"machine_name": "raspberrypi4-64", "channels": {"user": {"channel_type": "wireguard"}}},
       "labels": {"site": "north"},
       "device_availability": {"status": "offline", "since": "2001-04-03T12:00:00+00:00", "reason": "node not ready"},
       "ready": {"step": "booted", "next": "power it on"},
       "workers": [{"worker_type": "k8s", "state": "STEADY", "state_details": {}},
                   {"worker_type": "balena", "state": "ERROR", "state_details":
                      {"last_error": "balena answered 500", "next_attempt_at": "2031-03-03T12:00:00+00:00"}}]}
      """;

  private static final String READINESS =
      """
      {"ready": false, "current_step": "booted", "steps": [
        {"step": "enrolled", "status": "reached", "since": "2001-03-03T12:00:00+00:00",
         "worker_type": null, "reason": null, "advice": null},
        {"step": "booted", "status": "current", "since": "2001-03-03T12:00:05+00:00",
         "worker_type": "balena", "reason": "the machine has never contacted Balena",
         "advice": "connect power and network"},
        {"step": "reservable", "status": "ahead", "since": null,
         "worker_type": "blazar.device", "reason": "Blazar does not have the device yet",
         "advice": null}],
       "problems": [{"worker_type": "k8s", "reason": "circuit open: kubernetes",
         "advice": "the site's operator brings it back"}]}
      """;

  private static final String WINDOWS =
      """
      {"availability": [{"uuid": "5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b", "start": "2031-03-03T00:00:00+00:00",
        "end": "2031-04-01T00:00:00+00:00"}]}
      """;

  private static final String EVENTS =
      """
      {"events": [
        {"id": 2, "at": "2001-03-03T12:00:05+00:00", "kind": "worker.failed", "worker_type": "balena",
         "hardware_uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "body": {"reason": "balena answered 500"}},
        {"id": 1, "at": "2001-03-03T12:00:00+00:00", "kind": "hardware.created", "worker_type": null,
         "hardware_uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "body": {"name": "greenhouse-pi"}}], "links": []}
      """;

  private final FakeService service;

  GoldenOutputTests() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({
    "get-pipe, false, get",
    "get-terminal, true, get",
    "get-wide, false, get -o wide",
    "get-json, false, get -o json",
    "get-yaml, false, get -o yaml",
    "get-name, false, get -o name",
  })
  void listsDevices(String golden, boolean terminal, String command) throws IOException {
    service.answer(OLD);

    check(golden, terminal, command);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": [[1, [2]], [], {}, {\"b\": null, \"c\": [{\"d\": 1.5}]}], \"e\": {\"f\": {}}}",
        "[\"true\", \"No\", \"1\", \"-\", \"\", \"a: b\", \"a #b\", \" a\", \"a\\nb\", \"ä\","
            + " \"null\", \"0x1f\", \"1e3\", \"~\", \"2031-03-03\"]",
        "{\"true\": \"\\u001b[2J\", \"a b\": \"x\", \"\": false}",
        "\"text\""
      })
  void printsYamlThatIsReadAsTheSameValue(String json) {
    JsonValue value = JsonValue.parse(json);

    String yaml = YamlText.of(value);

    assertThat(new JsonValue(new Yaml().load(yaml)).compact()).isEqualTo(value.compact());
  }

  @Test
  void showsLabelsAndAvailabilityWhereTheServiceSendsThem() throws IOException {
    service.answer(NEW);

    check("get-wide-labels", false, "get -o wide");
  }

  @ParameterizedTest
  @CsvSource({"describe-pipe, false", "describe-terminal, true"})
  void describesADeviceWithWhateverTheServiceSends(String golden, boolean terminal)
      throws IOException {
    service.answer(DEVICE).answer(READINESS).answer(WINDOWS).answer(EVENTS);

    check(golden, terminal, "describe greenhouse-pi");
  }

  @Test
  void listsEventsOldestFirst() throws IOException {
    service.answer(EVENTS);

    check("events", false, "events");
  }

  @Test
  void printsHelp() throws IOException {
    check("help", false, "--help");
    check("help-get", false, "get --help");
  }

  @Test
  void usesNoColorWhereItIsNotWanted() {
    service.answer(OLD).onTerminal().environment("NO_COLOR", "1");

    assertThat(service.run("get").out()).doesNotContain("\u001b");
  }

  private void check(String golden, boolean terminal, String command) throws IOException {
    if (terminal) {
      service.onTerminal();
    }
    FakeService.Ended ended = service.run(command.split(" "));
    Path file = GOLDEN.resolve(golden + ".txt");
    // Ages grow.
    String printed = ended.out().replaceAll("\\b\\d{4}d\\b", "9999d").replace("\u001b", "<ESC>");
    if (Boolean.getBoolean("golden.refresh")) {
      Files.writeString(file, printed);
    }

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(printed).isEqualTo(Files.readString(file));
  }
}

package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import doni.client.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BakeCommandTests {

  private static final String BAKED =
      "{\"uuid\":\"u1\",\"hostname\":\"pi\",\"userId\":null,\"deviceApiKey\":\"k3y\"}";

  @TempDir private Path directory;

  private final FakeService service;

  BakeCommandTests() throws IOException {
    service = new FakeService();
    service.answer(BAKED);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void writesWhatTheServiceAnswersForTheUserAlone() throws IOException {
    FakeService.Ended ended = bake();

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(service.requests()).containsExactly("GET /v1/hardware/pi/config.json");
    assertThat(ended.out()).isEqualTo("pi baked: " + file() + "\n");
    assertThat(written()).isEqualTo(JsonValue.parse(BAKED));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(directory).isDirectoryContaining(path -> path.equals(file()));
    assertThat(directory.toFile().list()).hasSize(1);
  }

  @Test
  void keepsWhatTheImageNeeds() throws IOException {
    Files.writeString(
        file(),
        "{\"deviceType\": \"raspberrypi5\", \"apiKey\": \"provisioning\", \"uuid\": \"u1\"}");

    bake();

    assertThat(written().path("deviceType").text()).isEqualTo("raspberrypi5");
    assertThat(written().path("deviceApiKey").text()).isEqualTo("k3y");
    assertThat(written().names()).doesNotContain("apiKey");
  }

  @Test
  void saysWhereAnInstallerInstalls() throws IOException {
    Files.writeString(
        file(), "{\"installer\": {\"secureboot\": true, \"migrate\": {\"log\": true}}}");

    bake("--boot-target-device", "nvme0n1", "--boot-migrate-force");

    assertThat(written().path("installer"))
        .isEqualTo(
            JsonValue.parse(
                "{\"secureboot\": true, \"migrate\": {\"log\": true, \"force\": true},"
                    + " \"boot_target_devices\": \"nvme0n1\"}"));
  }

  @Test
  void doesNotReplaceTheFileOfAnotherDevice() throws IOException {
    Files.writeString(file(), "{\"uuid\": \"u2\"}");

    FakeService.Ended refused = bake();

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualTo(
            "doni bake: %s is the one of the device u2; use another folder, or replace it with --force\n"
                .formatted(file()));
    assertThat(written()).isEqualTo(JsonValue.parse("{\"uuid\": \"u2\"}"));
    assertThat(bake("--force").code()).isZero();
    assertThat(written().path("uuid").text()).isEqualTo("u1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"uuid\": "})
  void leavesAFileThatItDoesNotUnderstand(String content) throws IOException {
    Files.writeString(file(), content);

    FakeService.Ended refused = bake();

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("is not a JSON object; remove it");
    assertThat(Files.readString(file())).isEqualTo(content);
  }

  @Test
  void printsTheFile() {
    FakeService.Ended ended = service.run("bake", "pi", "-o", "-");

    assertThat(JsonValue.parse(ended.out())).isEqualTo(JsonValue.parse(BAKED));
  }

  @Test
  void saysWhyThereIsNone() {
    service
        .forget()
        .answer(409, "{\"error\": \"pi has no config.json yet: it is not registered\"}");

    FakeService.Ended refused = bake();

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("answered 409: pi has no config.json yet: it is not registered; 'doni describe");
    assertThat(file()).doesNotExist();
  }

  @Test
  void waitsForTheRegistrationButNotForEver() {
    service.forget().answer(409, "{\"error\": \"not yet\"}").answer(BAKED);

    assertThat(bake("--wait").code()).isZero();
    assertThat(service.requests()).hasSize(2);

    service.forget().answer(409, "{\"error\": \"not yet\"}");

    assertThat(bake("--wait").code()).isEqualTo(1);
    assertThat(service.requests()).hasSize(61);
  }

  @Test
  void needsAFolder() {
    FakeService.Ended refused = service.run("bake", "pi", "-o", directory.resolve("no").toString());

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("no is not a folder; create it");
    assertThat(service.requests()).isEmpty();
  }

  private FakeService.Ended bake(String... options) {
    String[] arguments = new String[options.length + 4];
    arguments[0] = "bake";
    arguments[1] = "pi";
    arguments[2] = "-o";
    arguments[3] = directory.toString();
    System.arraycopy(options, 0, arguments, 4, options.length);
    return service.run(arguments);
  }

  private Path file() {
    return directory.resolve("config.json");
  }

  private JsonValue written() throws IOException {
    return JsonValue.parse(Files.readString(file()));
  }
}

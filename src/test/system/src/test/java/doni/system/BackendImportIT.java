package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.BuiltService;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Calls;
import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What others have made in Ironic and Blazar comes under management by command. */
@ExtendWith(SharedSite.class)
class BackendImportIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String PASSWORD = "b4ckend-c4nary";
  private static final String SECRET = "cr3dential-c4nary";

  private final String node = UUID.randomUUID().toString();
  private final String device = UUID.randomUUID().toString();
  private final TestSite site;
  private final SimulatedSite backends;
  private final Owner admin;
  private final String token;

  @TempDir private Path directory;

  BackendImportIT(SitePostgres postgres) {
    site = new TestSite("backend-import", postgres);
    backends = site.backends();
    backends.ironic().showPasswords(true);
    site.startWithAllWorkers("doni", Map.of());
    backends.keystone().addUser("operator", "operator-proj", "admin");
    token = backends.keystone().token("operator");
    admin = site.at(site.service(), token);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private record Command(int code, String output) {
    JsonNode json() {
      return JsonMapper.shared().readTree(output);
    }
  }

  private Command doni(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                BuiltService.jar().toString(),
                "import"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    Map<String, String> environment = new HashMap<>(backends.environmentOfAllWorkers(directory));
    environment.put("OS_TOKEN", token);
    environment.put("DONI_URL", site.service().uri().toString());
    environment.put("DONI_HOME", directory.resolve("home").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output).doesNotContain(PASSWORD, SECRET, token, "Exception");
    return new Command(process.exitValue(), output);
  }

  private PlainClient as(URI api, String... headers) {
    Map<String, String> all = new HashMap<>();
    all.put("X-Auth-Token", backends.keystone().token("admin"));
    all.put("Accept", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return new PlainClient(api, all);
  }

  /** A node that is in the pool, as its operator made it. */
  private void makeNode(String uuid, String name, String mac) throws Exception {
    try (PlainClient ironic =
        as(backends.ironic().uri(), "X-OpenStack-Ironic-API-Version", "1.51")) {
      made(
          ironic.post(
              "/v1/nodes",
              """
              {"uuid": "%s", "name": "%s", "driver": "ipmi", "resource_class": "big",
               "driver_info": {"ipmi_address": "192.0.2.10", "ipmi_username": "admin",
                               "ipmi_password": "%s", "ipmi_port": "623"},
               "properties": {"cpu_arch": "x86_64", "cpus": "48",
                              "capabilities": "boot_mode:uefi,hwcpu:1"}}
              """
                  .formatted(uuid, name, PASSWORD)));
      made(
          ironic.post(
              "/v1/ports",
              """
              {"node_uuid": "%s", "address": "%s", "extra": {"name": "eno1"},
               "local_link_connection":
                 {"switch_id": "aa:bb:cc:dd:ee:ff", "port_id": "Ethernet1/1", "switch_info": "tor1"}}
              """
                  .formatted(uuid, mac)));
      for (String verb : List.of("manage", "provide")) {
        made(
            ironic.put(
                "/v1/nodes/" + uuid + "/states/provision", "{\"target\": \"" + verb + "\"}"));
      }
    }
  }

  private void makeReservable() throws Exception {
    backends.kubernetes().addNode("found-pi");
    try (PlainClient blazar = as(backends.blazar().endpoint())) {
      made(
          blazar.post(
              "/os-hosts",
              """
              {"name": "%s", "uid": "%s", "node_name": "nc01", "cpu_arch": "x86_64",
               "su_factor": "2.0", "node_type": "compute_skylake",
               "placement.node": "4", "placement.rack": "7"}
              """
                  .formatted(node, node)));
      made(
          blazar.post(
              "/devices",
              """
              {"name": "found-pi", "uid": "%s", "device_driver": "k8s", "device_type": "container",
               "machine_name": "raspberrypi4-64", "device_name": "Raspberry Pi 4",
               "vendor": "Raspberry Pi", "model": "4B", "platform_version": "2", "camera": "True"}
              """
                  .formatted(device)));
    }
  }

  private static void made(Reply reply) {
    assertThat(reply.status()).as(String.valueOf(reply.body())).isBetween(200, 202);
  }

  private Path defaults() throws IOException {
    return Files.writeString(
        directory.resolve("defaults.json"),
        """
        {"device.balena": {"contact_email": "operator@example.org"},
         "found-pi": {"application_credential_id": "id-1", "application_credential_secret": "%s"}}
        """
            .formatted(SECRET));
  }

  private static JsonNode row(JsonNode report, String uuid) {
    return report
        .path("rows")
        .valueStream()
        .filter(row -> row.path("uuid").asString("").equals(uuid))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void bringsAHostAndADeviceUnderManagementAndChangesNothingOfThem() throws Exception {
    makeNode(node, "nc01", "52:54:00:aa:00:01");
    makeReservable();
    String nodeBefore = backends.ironic().node(node).orElseThrow().toString();
    String portsBefore = backends.ironic().ports(node).toString();
    Map<String, String> hostBefore = backends.blazar().resources(node).getFirst();
    String defaults = defaults().toString();
    site.calls().values().forEach(Calls::clear);

    Command dry = doni("--from", "ironic,blazar", "--defaults", defaults, "--output", "json");

    assertThat(dry.code()).as(dry.output()).isZero();
    assertThat(dry.json().path("applied").asBoolean(true)).isFalse();
    assertThat(dry.json().path("new").asInt()).isEqualTo(2);
    assertThat(row(dry.json(), node).path("found_in")).hasSize(2);
    assertThat(row(dry.json(), node).path("notes")).isEmpty();
    assertThat(admin.http().get(Owner.HARDWARE).body().path("hardware")).isEmpty();

    Command applied =
        doni("--from", "ironic", "--from", "blazar", "--defaults", defaults, "--apply");

    assertThat(applied.code()).as(applied.output()).isZero();
    assertThat(applied.output())
        .contains("ENROLLED nc01", "ENROLLED found-pi", "2 enrolled, 0 known, 0 refused");
    Enrolled host = new Enrolled(UUID.fromString(node), "nc01", "");
    Enrolled pi = new Enrolled(UUID.fromString(device), "found-pi", "");
    admin.awaitSteady(host, WholeSite.OF_A_HOST, SOON);
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(admin.states(pi))
                .containsEntry("blazar.device", "STEADY")
                .containsEntry("k8s", "STEADY"));

    assertThat(backends.ironic().node(node).orElseThrow()).hasToString(nodeBefore);
    assertThat(backends.ironic().ports(node)).hasToString(portsBefore);
    assertThat(backends.blazar().resources(node)).containsExactly(hostBefore);
    assertThat(backends.blazar().resources("found-pi")).hasSize(1);
    for (Calls calls : List.of(backends.ironic().calls(), backends.blazar().calls())) {
      assertThat(calls.total()).isPositive();
      assertThat(calls.writes()).as("writes: %s", calls.all()).isZero();
    }

    JsonNode stored = admin.http().get(host.path()).body();
    assertThat(stored.at("/properties/su_factor").asDouble(0)).isEqualTo(2.0);
    assertThat(stored.at("/properties/interfaces/0/switch_port_id").asString(""))
        .isEqualTo("Ethernet1/1");
    String before = stored.path("updated_at").asString("");

    Command again = doni("--from", "ironic,blazar", "--defaults", defaults, "--apply");

    assertThat(again.code()).as(again.output()).isZero();
    assertThat(again.output()).contains("0 enrolled, 2 known, 0 refused");
    assertThat(admin.http().get(host.path()).text("/updated_at")).isEqualTo(before);
  }

  @Test
  void knowsWhatIsEnrolledWhateverABackendHides() throws Exception {
    makeNode(node, "nc01", "52:54:00:aa:00:01");
    makeReservable();
    assertThat(
            doni("--from", "ironic,blazar", "--defaults", defaults().toString(), "--apply").code())
        .isZero();
    Enrolled pi = new Enrolled(UUID.fromString(device), "found-pi", "");
    Reply patched =
        admin
            .http()
            .patch(
                pi.path(),
                "application/json-patch+json",
                """
                [{"op": "add", "path": "/availability/-",
                  "value": {"start": "2047-01-01T00:00:00Z", "end": "2047-01-03T00:00:00Z"}}]
                """);
    assertThat(patched.status()).isEqualTo(200);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(backends.blazar().leaseCount()).isEqualTo(1));
    backends.ironic().showPasswords(false);

    Command dry = doni("--from", "ironic,blazar", "--output", "json");
    Command applied = doni("--from", "ironic,blazar", "--apply");

    assertThat(dry.code()).as(dry.output()).isZero();
    assertThat(row(dry.json(), node).path("why")).as(dry.output()).isEmpty();
    assertThat(row(dry.json(), device).path("why")).as(dry.output()).isEmpty();
    assertThat(applied.code()).as(applied.output()).isZero();
    assertThat(applied.output()).contains("0 enrolled, 2 known, 0 refused");

    makeNode(UUID.randomUUID().toString(), "nc02", "52:54:00:aa:00:02");
    Command more = doni("--from", "ironic");

    assertThat(more.code()).as(more.output()).isEqualTo(3);
    assertThat(more.output())
        .contains("0 new, 1 known, 1 refused", "ipmi_password: Ironic does not show");
  }

  @Test
  void saysOfEachWhyItCannotBeTakenAndTakesTheOthers() throws Exception {
    makeNode(node, "nc01", "52:54:00:aa:00:01");
    String other = UUID.randomUUID().toString();
    makeNode(other, "nc02", "52:54:00:aa:00:02");
    backends.ironic().edit(other, edited -> edited.put("driver", "fake-hardware"));

    Command applied = doni("--from", "ironic", "--apply", "--output", "json");

    assertThat(applied.code()).as(applied.output()).isEqualTo(3);
    assertThat(row(applied.json(), node).path("outcome").asString("")).isEqualTo("enrolled");
    assertThat(row(applied.json(), other).path("outcome").asString("")).isEqualTo("refused");
    assertThat(row(applied.json(), other).path("why").toString())
        .contains("its driver is 'fake-hardware'; allowed: ipmi");

    backends.ironic().showPasswords(false);
    String third = UUID.randomUUID().toString();
    makeNode(third, "nc03", "52:54:00:aa:00:03");
    assertThat(doni("--from", "ironic").output()).contains("ipmi_password: Ironic does not show");

    backends.ironic().stop();
    Command down = doni("--from", "ironic", "--apply");
    assertThat(down.code()).isEqualTo(1);
    assertThat(down.output()).startsWith("doni import: ironic: ");
    backends.ironic().start();
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.BuiltService;
import doni.simulator.http.Fault;
import doni.simulator.http.PlainClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Has many devices looked at again, and looks at what would be done, by REST and by command. */
@ExtendWith(SharedSite.class)
class ResyncIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final TestSite site;
  private final Owner owner;
  private final String admin;

  ResyncIT(TestSite site) {
    this.site = site;
    this.owner = site.owner("resynced");
    site.keystone().addUser("operator", "operator-proj", "admin");
    this.admin = site.keystone().token("operator");
  }

  @AfterEach
  void endFaults() {
    site.kubernetes().faults().clear();
  }

  private record Command(int code, String output) {}

  private Command doni(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                BuiltService.jar().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OS_TOKEN", admin);
    builder.environment().put("DONI_URL", site.service().uri().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Command(process.exitValue(), output);
  }

  private List<Enrolled> steady(String... names) throws Exception {
    List<String> all = List.of(names);
    all.forEach(site.kubernetes()::addNode);
    List<Enrolled> devices = owner.enroll(all);
    devices.forEach(device -> owner.awaitSteady(device, SOON));
    return devices;
  }

  private JsonNode plan(Enrolled device) throws IOException, InterruptedException {
    PlainClient.Reply reply = owner.http().get(device.path() + "plan/");
    assertThat(reply.status()).isEqualTo(200);
    return reply.body();
  }

  @Test
  void syncsAllThatAFilterMatchesByCommand() throws Exception {
    steady("resync-a", "resync-b", "resync-c");

    Command sync =
        doni("sync", "--name", "resync-a", "--name", "resync-b", "--name", "resync-c", "--wait");

    assertThat(sync.output()).contains("DONE 3 of 3 (100 %)").doesNotContain(admin, "Exception");
    assertThat(sync.code()).isZero();
    try (PlainClient http = new PlainClient(site.service().uri(), Map.of("X-Auth-Token", admin))) {
      JsonNode run = http.get("/v1/sync?limit=1").body().at("/sync/0");
      assertThat(run.path("state").asString("")).isEqualTo("DONE");
      assertThat(sync.output()).contains(run.path("uuid").asString(""));
      assertThat(http.post("/v1/sync/" + run.path("uuid").asString("") + "/cancel", "").status())
          .isEqualTo(409);
    }
    assertThat(owner.http().post("/v1/hardware/sync", "{}").status()).isEqualTo(403);
  }

  @Test
  void plansWhatIsThenDoneAndNothingWhenAllIsWell() throws Exception {
    Enrolled device = steady("planned-pi").getFirst();
    assertThat(plan(device).at("/workers/0/worker_type").asString("")).isEqualTo("k8s");
    assertThat(plan(device).at("/workers/0/changes")).isEmpty();
    assertThat(plan(device).at("/workers/0/reason").isNull()).isTrue();
    assertThat(doni("plan", "planned-pi").output()).contains("k8s: no changes");

    site.kubernetes()
        .faults()
        .add(Fault.on("PATCH", device.nodePath()).answering(422, "{\"kind\": \"Status\"}"));
    owner.changeMachine(device, Owner.JETSON);
    await().atMost(SOON).untilAsserted(() -> assertThat(owner.state(device)).isEqualTo("ERROR"));

    JsonNode planned = plan(device);
    assertThat(planned.toString())
        .contains(
            "{\"action\":\"CREATE\",\"object\":\"label nvidia-device-plugin/enabled\",\"from\":null,\"to\":\"true\"}",
            "{\"action\":\"UPDATE\",\"object\":\"label smarter-device-manager/configmap\",\"from\":\"rpi\",\"to\":\"jetson\"}");
    assertThat(planned.toString()).doesNotContain(device.bootstrapToken());
    Command command = doni("plan", "planned-pi");
    assertThat(command.output())
        .contains("UPDATE label smarter-device-manager/configmap: rpi -> jetson");
    assertThat(command.code()).isZero();

    site.kubernetes().faults().clear();
    owner.sync(device);
    owner.awaitSteady(device, SOON);
    assertThat(plan(device).at("/workers/0/changes")).isEmpty();
  }
}

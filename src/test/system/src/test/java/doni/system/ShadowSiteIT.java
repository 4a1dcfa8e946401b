package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.SimulatedSite;
import doni.simulator.http.Call;
import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A service in shadow beside another one that works on the same backends: it writes nothing, and
 * after the switch to {@code enforce} exactly what it reported.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShadowSiteIT {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int DEVICES = 36;
  private static final int HOSTS = 4;

  /** Of each device and host, its enrollment included. */
  private static final int CHANGES = 25;

  private static final String PATCH = "application/json-patch+json";

  private final ShadowedSite shadowed;
  private final SimulatedSite backends;
  private final AtomicInteger changes = new AtomicInteger();
  private final AtomicInteger keys = new AtomicInteger();
  private final String token;
  private final Owner working;
  private Owner beside;

  ShadowSiteIT(SitePostgres postgres) {
    shadowed = new ShadowedSite(postgres);
    backends = shadowed.backends();
    backends.blazar().changeableCapabilities(true);
    backends.keystone().addUser("operator", "operator-proj", "admin");
    token = backends.keystone().token("operator");
    TestSite site = shadowed.site();
    working = site.at(site.startWithAllWorkers("working", Map.of()), token);
    beside = site.at(shadowed.startBeside("shadow"), token);
  }

  @AfterAll
  void close() {
    shadowed.close();
  }

  /** A request that both services get. */
  private interface BothGet {
    Reply send(PlainClient http) throws IOException, InterruptedException;
  }

  @Test
  void writesNothingInShadowAndThenWhatItReported() throws Exception {
    List<Enrolled> kept = changeEverything();
    assertThat(changes).hasValue((DEVICES + HOSTS) * CHANGES);
    awaitSteady(working, kept);
    awaitReported(kept);
    assertThat(kept)
        .allSatisfy(hardware ->
            assertThat(beside.states(hardware))
                .as("found as the other service leaves it")
                .doesNotContainEntry("k8s", "PENDING")
                .doesNotContainEntry("tunelo", "PENDING"));
    wroteNothing();

    int _ = shadowed.site().service().stop(Duration.ofSeconds(30));
    Enrolled deleted = disturb(kept);
    List<Enrolled> left = kept.stream().filter(hardware -> !hardware.equals(deleted)).toList();
    awaitReported(left);
    List<JsonNode> plans = plans();
    wroteNothing();

    beside = shadowed.site().at(shadowed.startBeside("enforce"), token);
    awaitSteady(beside, left);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(shadowed.database().knows(deleted.uuid())).isFalse());
    SoftAssertions.assertSoftly(softly -> wroteWhatWasAnnounced(softly, plans, deleted));
  }

  private void wroteWhatWasAnnounced(
      SoftAssertions softly, List<JsonNode> plans, Enrolled deleted) {
    for (String backend : shadowed.site().calls().keySet()) {
      List<String> announced = new ArrayList<>(PlannedWrites.announced(backend, plans));
      softly.assertThat(announced).as("announced for %s", backend).isNotEmpty();
      if (backend.equals("kubernetes")) {
        // A report ends where Blazar has to release the Node of a deleted device first.
        announced.add("PATCH " + deleted.nodePath());
        announced.add("DELETE " + deleted.nodePath());
      }
      softly
          .assertThat(PlannedWrites.counted(shadowed.callsOfBeside(backend)))
          .as("counted by %s", backend)
          .containsExactlyInAnyOrderElementsOf(announced);
    }
  }

  private void wroteNothing() {
    shadowed
        .site()
        .calls()
        .forEach((backend, calls) -> {
          List<Call> besides = shadowed.callsOfBeside(backend);
          assertThat(besides).as("reads of %s", backend).isNotEmpty();
          assertThat(besides).as("writes to %s", backend).noneMatch(Call::isWrite);
          assertThat(calls.writes()).as("writes of the other service to %s", backend).isPositive();
        });
  }

  private static void awaitSteady(Owner owner, List<Enrolled> all) {
    for (Enrolled hardware : all) {
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(owner.tasks(hardware).values())
                  .as("%s", hardware)
                  .allSatisfy(
                      task -> assertThat(task.path("state").asString("")).isEqualTo("STEADY")));
    }
  }

  /** Until each task is either STEADY or says what it would write. */
  private void awaitReported(List<Enrolled> all) throws Exception {
    for (Enrolled hardware : all) {
      beside.sync(hardware);
    }
    for (Enrolled hardware : all) {
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(beside.tasks(hardware).values())
                  .as("%s", hardware)
                  .allSatisfy(task ->
                      assertThat(
                              task.path("state").asString("")
                                  + task.at("/state_details/defer_reason").asString(""))
                          .matches("STEADY|PENDINGshadow: would .*")));
    }
  }

  /** Of live devices and of those that are still to be cleaned up. */
  private List<JsonNode> plans() throws Exception {
    List<JsonNode> plans = new ArrayList<>();
    for (String deleted : List.of("False", "True")) {
      Reply reply = beside.http().get("/v1/plan?all_projects=True&deleted=" + deleted);
      assertThat(reply.status()).isEqualTo(200);
      reply.body().path("plans").forEach(plans::add);
    }
    assertThat(plans)
        .flatExtracting(device -> device.path("workers").valueStream().toList())
        .allSatisfy(
            worker -> assertThat(worker.path("drift_mode").asString("")).isEqualTo("shadow"));
    return plans;
  }

  /** What other clients do to a site, one kind per device; returns the device that is deleted. */
  private Enrolled disturb(List<Enrolled> kept) throws Exception {
    backends.kubernetes().removeLabel(kept.get(0).nodeName(), "smarter-device-manager");
    backends.kubernetes().removeSecret(kept.get(1).secretName());
    backends
        .balena()
        .changeDevice(
            WholeSite.balenaUuid(kept.get(2)),
            JsonNodeFactory.instance.objectNode().put("device_name", "intruder"));
    backends.balena().setEveryVariable(WholeSite.balenaUuid(kept.get(3)), "K3S_TOKEN", "spoiled");
    String channel = beside.details(kept.get(4), "tunelo").at("/channels/user/uuid").asString("");
    assertThat(backends.tunelo().hasPort(channel)).isTrue();
    backends.tunelo().remove(channel);
    backends.blazar().setCapability(kept.get(5).name(), "vendor", "intruder");
    backends
        .ironic()
        .edit(
            kept.getLast().uuid().toString(),
            node -> node.withObject("driver_info").put("ipmi_username", "intruder"));
    String patch =
        """
        [{"op": "add", "path": "/properties/application_credential_id", "value": "another"}]
        """;
    assertThat(beside.http().patch(kept.get(6).path(), PATCH, patch).status()).isEqualTo(200);
    beside.delete(kept.get(7));
    return kept.get(7);
  }

  /** Each device with a thread of its own, and returns those that are not deleted at the end. */
  private List<Enrolled> changeEverything() throws Exception {
    List<Callable<List<Enrolled>>> series = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      int number = i;
      series.add(() -> changeDevice(number));
    }
    for (int i = 0; i < HOSTS; i++) {
      int number = i;
      series.add(() -> changeHost(number));
    }
    List<Enrolled> kept = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<List<Enrolled>> done : threads.invokeAll(series)) {
        kept.addAll(done.get());
      }
    }
    return kept;
  }

  private List<Enrolled> changeDevice(int number) throws Exception {
    String name = "shadow-pi-" + number;
    String enrollment =
        WholeSite.device(name, "s3cret", "")
            .replace(WholeSite.KEY, newKey())
            .replace(WholeSite.OTHER_KEY, newKey());
    Enrolled device = enroll(enrollment, true);
    // In the fleet of its first machine type, where the later ones leave it.
    await()
        .atMost(SOON)
        .until(() -> working.details(device, "balena").path("device_id").isNumber());
    backends.devices().powerOnWithBalena(name, WholeSite.balenaUuid(device));
    for (int i = 1; i < CHANGES - 1; i++) {
      changeDevice(device, i, number % 3 == 0);
    }
    if (number % 9 == 8) {
      change(http -> http.delete(device.path()));
      return List.of();
    }
    change(http -> http.post(device.path() + "sync/", ""));
    return List.of(device);
  }

  /**
   * @param withWindow whether it gets a reservation window; Blazar then refuses to change it
   */
  private void changeDevice(Enrolled device, int step, boolean withWindow) throws Exception {
    switch (step % 12) {
      case 1 -> set(device, "/properties/machine_name", Owner.JETSON);
      case 2 -> set(device, "/labels/step", "s" + step);
      case 3 -> set(device, "/properties/channels/user/public_key", newKey());
      case 4 -> set(device, "/properties/contact_email", "owner" + step + "@example.org");
      case 5 -> set(device, "/properties/application_credential_secret", "s3cret-" + step);
      case 6 -> change(http -> http.post(device.path() + "quarantine", "{\"reason\": \"a test\"}"));
      case 7 -> set(device, "/properties/application_credential_id", "credential-" + step);
      case 8 -> change(http -> http.post(device.path() + "release", ""));
      case 9 -> set(device, "/properties/machine_name", Owner.RASPBERRY);
      case 10 -> set(device, "/name", device.name() + "-renamed");
      case 11 -> set(device, "/name", device.name());
      default -> {
        if (withWindow) {
          addWindow(device);
        } else {
          set(device, "/properties/contact_email", "owner@example.org");
        }
      }
    }
  }

  private List<Enrolled> changeHost(int number) throws Exception {
    String enrollment =
        WholeSite.host("shadow-host-" + number, "s3cret")
            .replace(WholeSite.MAC, "52:54:00:bb:00:0" + number)
            .replace("192.0.2.10", "192.0.2.2" + number);
    Enrolled host = enroll(enrollment, false);
    for (int i = 1; i < CHANGES; i++) {
      int step = i;
      switch (step % 5) {
        case 1 -> set(host, "/labels/step", "s" + step);
        case 2 -> set(host, "/properties/ipmi_username", "admin" + step);
        case 3 -> change(http -> http.post(host.path() + "quarantine", "{\"reason\": \"a test\"}"));
        case 4 -> change(http -> http.post(host.path() + "release", ""));
        default -> change(http -> http.post(host.path() + "sync/", ""));
      }
    }
    return List.of(host);
  }

  /** At both, with the same UUID and the same token, as a migration leaves it. */
  private Enrolled enroll(String enrollment, boolean withToken) throws Exception {
    Enrolled enrolled = WholeSite.enroll(working, enrollment);
    String row = enrollment.replaceFirst("\\{", "{\"uuid\": \"%s\", ".formatted(enrolled.uuid()));
    if (withToken) {
      row =
          row.replace(
              "\"properties\": {",
              "\"properties\": {\"k8s_bootstrap_token\": \"%s\", "
                  .formatted(enrolled.bootstrapToken()));
    }
    Reply imported = beside.http().post("/v1/hardware:import", "[" + row + "]");
    assertThat(imported.body().toString()).contains("\"created\":1");
    changes.incrementAndGet();
    return enrolled;
  }

  private void addWindow(Enrolled device) throws Exception {
    Instant start = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MINUTES);
    String patch =
        """
        [{"op": "add", "path": "/availability/-", "value": {"start": "%s", "end": "%s"}}]
        """
            .formatted(start, start.plus(7, ChronoUnit.DAYS));
    change(http -> http.patch(device.path(), PATCH, patch));
  }

  private void set(Enrolled hardware, String path, String value) throws Exception {
    String patch =
        "[{\"op\": \"add\", \"path\": \"%s\", \"value\": \"%s\"}]".formatted(path, value);
    change(http -> http.patch(hardware.path(), PATCH, patch));
  }

  private void change(BothGet request) throws Exception {
    for (Owner owner : List.of(working, beside)) {
      Reply reply = request.send(owner.http());
      assertThat(reply.status()).as("%s", reply.body()).isBetween(200, 204);
    }
    changes.incrementAndGet();
  }

  private String newKey() {
    byte[] key = new byte[32];
    int number = keys.incrementAndGet();
    key[0] = (byte) number;
    key[1] = (byte) (number >> 8);
    key[2] = 42;
    return Base64.getEncoder().encodeToString(key);
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.SimulatedSite;
import doni.simulator.http.Calls;
import doni.simulator.http.PlainClient.Reply;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A device and a host whom all workers serve, each over HTTP. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllWorkersIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  private final TestSite site;
  private final SimulatedSite backends;
  private final Owner owner;

  AllWorkersIT(SitePostgres postgres) {
    site = new TestSite("all-workers", postgres);
    backends = site.backends();
    backends.kubernetes().grant("delete", "nodes");
    site.startWithAllWorkers("doni", Map.of("DONI_AVAILABILITY_STABLE_FOR", "1s"));
    owner = site.owner("whole");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void servesADeviceAndAHostAndLeavesNothingOfThem() throws Exception {
    Enrolled device = WholeSite.enroll(owner, WholeSite.device("whole-pi", "s3cret", ""));
    String window = makeAvailable(device);
    Enrolled host = WholeSite.enroll(owner, WholeSite.host("whole-host", "s3cret"));
    standsAt(device, "booted");
    backends.devices().powerOnWithBalena(device.name(), WholeSite.balenaUuid(device));
    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
    owner.awaitSteady(host, WholeSite.OF_A_HOST, SOON);

    isReady(device, "registered", "tunnel_up", "node_joined", "reservable");
    isReady(host, "verified", "available", "reservable");
    hasAllOf(device);
    hasALease(window);
    hasAllOf(host, "available");
    followsTheToken(device);
    staysAsItIsWithoutAWrite(device, host);
    isReportedWithinSecondsWhenItGoesAndComesBack(device);

    owner.delete(device);
    owner.delete(host);
    isGone(device);
    isGone(host);
    nothingIsLeft(device, host);
    hasLoggedInToKeystoneOnce();
  }

  /** In the API, and as events; the state of its workers is a different matter. */
  private void isReportedWithinSecondsWhenItGoesAndComesBack(Enrolled device) throws Exception {
    await().atMost(SOON).untilAsserted(() -> assertThat(availability(device)).isEqualTo("online"));

    backends.kubernetes().setReady(device.nodeName(), "Unknown");
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(availability(device)).isEqualTo("offline"));
    assertThat(
            owner
                .http()
                .get(Owner.HARDWARE + "?device_availability=offline")
                .text("/hardware/0/device_availability/reason"))
        .startsWith("its kubelet no longer reports to the cluster");

    backends.kubernetes().setReady(device.nodeName(), "True");
    await().atMost(SOON).untilAsserted(() -> assertThat(availability(device)).isEqualTo("online"));
    assertThat(
            owner
                .http()
                .get(device.path() + "events")
                .body()
                .path("events")
                .valueStream()
                .map(event -> event.path("kind").asString(""))
                .filter(kind -> kind.matches("device\\.[a-z_]+")))
        .startsWith("device.online", "device.offline");
    assertThat(owner.http().get(device.path() + "device-availability").body().path("intervals"))
        .hasSizeGreaterThanOrEqualTo(3);
  }

  private String availability(Enrolled device) throws Exception {
    return owner.http().get(device.path()).text("/device_availability/status");
  }

  /** One process has one session, for callers' tokens and for all workers. */
  private void hasLoggedInToKeystoneOnce() {
    assertThat(backends.keystone().calls().count("GET", "/v3/auth/tokens")).isPositive();
    assertThat(backends.keystone().calls().count("POST", "/v3/auth/tokens")).isEqualTo(1);
  }

  private void standsAt(Enrolled device, String step) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          JsonNode readiness = owner.http().get(device.path() + "readiness").body();
          assertThat(readiness.path("ready").asBoolean(true)).isFalse();
          assertThat(readiness.path("current_step").asString("")).isEqualTo(step);
          assertThat(readiness.path("steps").get(2).path("advice").asString(""))
              .contains("config.json");
        });
  }

  /** With every step reached at a known time, and one event for each step that a worker saw. */
  private void isReady(Enrolled device, String... steps) throws Exception {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          JsonNode readiness = owner.http().get(device.path() + "readiness").body();
          assertThat(readiness.path("ready").asBoolean(false)).as(readiness.toString()).isTrue();
          assertThat(readiness.path("steps").valueStream())
              // The simulated machine never contacts Balena itself.
              .filteredOn(step -> !step.path("step").asString("").equals("booted"))
              .allSatisfy(step -> assertThat(step.path("since").asString("")).isNotEmpty())
              .extracting(step -> step.path("step").asString(""))
              .containsSubsequence(steps);
        });
    assertThat(
            owner
                .http()
                .get(device.path() + "events")
                .body()
                .path("events")
                .valueStream()
                .filter(event -> event.path("kind").asString("").equals("device.milestone.reached"))
                .map(event -> event.path("body").path("milestone").asString("")))
        .contains(steps);
  }

  /** From tomorrow on, for a week; the window's uuid. */
  private String makeAvailable(Enrolled device) throws Exception {
    Instant start = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.MINUTES);
    Reply reply =
        owner
            .http()
            .patch(
                device.path(),
                "application/json-patch+json",
                """
                [{"op": "add", "path": "/availability/-", "value": {"start": "%s", "end": "%s"}}]
                """
                    .formatted(start, start.plus(7, ChronoUnit.DAYS)));
    assertThat(reply.status()).as(reply.text("/error")).isEqualTo(200);
    return owner.http().get(device.path() + "availability").text("/availability/0/uuid");
  }

  private void hasALease(String window) {
    assertThat(backends.blazar().leases("availability_window_" + window))
        .singleElement()
        .asString()
        .startsWith("PENDING");
  }

  private void hasAllOf(Enrolled device) throws Exception {
    JsonNode channels = owner.details(device, "tunelo").path("channels");
    for (String name : List.of("user", "mgmt")) {
      JsonNode channel = channels.path(name);
      assertThat(channel.propertyNames()).contains("uuid", "ip", "endpoint", "peers");
      assertThat(backends.tunelo().hasPort(channel.path("uuid").asString(""))).isTrue();
      assertThat(channel.path("peers")).hasSize(1);
    }
    assertThat(backends.tunelo().channels()).hasSize(2);
    assertThat(backends.blazar().resources("whole-pi"))
        .singleElement()
        .satisfies(resource -> assertThat(resource).containsEntry("uid", device.uuid().toString()));
    String balenaUuid = WholeSite.balenaUuid(device);
    assertThat(backends.balena().deviceName(balenaUuid)).contains("whole-pi");
    assertThat(backends.balena().serviceVariables(balenaUuid, "coordinator"))
        .containsEntry("OS_APPLICATION_CREDENTIAL_ID", "credential-of-whole-pi")
        .containsEntry("OS_APPLICATION_CREDENTIAL_SECRET", "s3cret");
    hasTheToken(device, device.bootstrapToken());
    assertThat(backends.kubernetes().node(device.nodeName())).isPresent();
  }

  private void hasAllOf(Enrolled host, String state) {
    String uuid = host.uuid().toString();
    assertThat(backends.ironic().node(uuid))
        .hasValueSatisfying(
            node -> assertThat(node.path("provision_state").asString("")).isEqualTo(state));
    assertThat(backends.ironic().ports(uuid))
        .singleElement()
        .satisfies(port -> assertThat(port.path("address").asString("")).isEqualTo(WholeSite.MAC));
    assertThat(backends.blazar().resources(uuid)).hasSize(1);
  }

  private void followsTheToken(Enrolled device) throws Exception {
    Reply reply =
        owner
            .http()
            .patch(
                device.path(),
                "application/json-patch+json",
                "[{\"op\": \"remove\", \"path\": \"/properties/k8s_bootstrap_token\"}]");
    assertThat(reply.status()).isEqualTo(200);
    String issued = reply.text("/properties/k8s_bootstrap_token");
    assertThat(issued).isNotEmpty().isNotEqualTo(device.bootstrapToken());
    await().atMost(SOON).untilAsserted(() -> hasTheToken(device, issued));
    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
  }

  private void hasTheToken(Enrolled device, String token) {
    String id = token.substring(0, token.indexOf('.'));
    assertThat(backends.kubernetes().secret("bootstrap-token-" + id))
        .hasValueSatisfying(secret ->
            assertThat(secret.data().get("token-id") + "." + secret.data().get("token-secret"))
                .isEqualTo(token));
    assertThat(backends.balena().deviceVariables(WholeSite.balenaUuid(device)))
        .containsEntry("K3S_TOKEN", token);
  }

  /** Twice: the first time, what the newest change has left may be put in order. */
  private void staysAsItIsWithoutAWrite(Enrolled device, Enrolled host) throws Exception {
    sync(device, host);
    site.calls().values().forEach(Calls::clear);

    sync(device, host);

    site.calls()
        .forEach((backend, calls) -> {
          assertThat(calls.total()).as("calls to %s", backend).isPositive();
          assertThat(calls.writes()).as("writes to %s: %s", backend, calls.all()).isZero();
        });
  }

  private void sync(Enrolled device, Enrolled host) throws Exception {
    owner.sync(device);
    owner.sync(host);
    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
    owner.awaitSteady(host, WholeSite.OF_A_HOST, SOON);
  }

  private void isGone(Enrolled hardware) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().knows(hardware.uuid())).isFalse());
  }

  private void nothingIsLeft(Enrolled device, Enrolled host) {
    assertThat(backends.kubernetes().secrets())
        .noneMatch(secret -> secret.name().startsWith("bootstrap-token-"));
    assertThat(backends.kubernetes().nodes()).isEmpty();
    assertThat(backends.tunelo().channels()).isEmpty();
    assertThat(backends.balena().devices()).isZero();
    assertThat(backends.blazar().resources(device.name())).isEmpty();
    assertThat(backends.blazar().resources(host.uuid().toString())).isEmpty();
    assertThat(backends.blazar().leaseCount()).isZero();
    assertThat(backends.ironic().node(host.uuid().toString())).isEmpty();
    assertThat(backends.ironic().ports(host.uuid().toString())).isEmpty();
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** A look at everything, in the middle of which the only replica is killed (SIGKILL). */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledResyncIT {

  private static final int DEVICES = 600;
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String LANE = "tunelo";

  /** One after the other, in a lane that nothing but the look at everything wakes. */
  private static final Map<String, String> SETTINGS =
      Map.of("DONI_WORKERS_ENABLED", LANE, "DONI_SYNC_LANES_TUNELO_CONCURRENCY", "1");

  private final TestSite site;

  KilledResyncIT(SitePostgres postgres) {
    site = new TestSite("killed-resync", postgres);
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void goesOnAfterARestartAndHasLookedAtEachDeviceOnce() throws Exception {
    site.backends().tunelo().widenSubnet();
    DoniProcess killed = site.startAndAwait("killed", SETTINGS);
    Owner owner = site.owner("resynced");
    for (int i = 0; i < DEVICES; i++) {
      WholeSite.enroll(owner, enrollment(i));
    }
    await().atMost(SOON).untilAsserted(() -> assertThat(owner.countSteady()).isEqualTo(DEVICES));
    Map<String, Long> before = site.database().recordedAttempts(LANE);
    site.keystone().addUser("operator", "operator-proj", "admin");
    String admin = site.keystone().token("operator");

    String run = begin(killed, admin);
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> read(killed, admin, run).path("done").asInt() >= DEVICES * 2 / 5);
    killed.kill();
    assertThat(lookedAt(before)).as("killed in the middle of it").isBetween(1L, DEVICES - 1L);
    DoniProcess restarted = site.startAndAwait("restarted", SETTINGS);

    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(read(restarted, admin, run).path("state").asString("")).isEqualTo("DONE"));
    assertThat(read(restarted, admin, run).path("done").asInt()).isEqualTo(DEVICES);
    assertThat(site.database().recordedAttempts(LANE))
        .allSatisfy((device, attempts) ->
            assertThat(attempts).as(device).isEqualTo(before.getOrDefault(device, 0L) + 1));
  }

  private static String enrollment(int number) {
    return """
    {"name": "resync-%d", "hardware_type": "device.balena", "properties": {
      "machine_name": "%s", "contact_email": "a@example.org",
      "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}}
    """
        .formatted(
            number,
            Owner.RASPBERRY,
            Base64.getEncoder().encodeToString(ByteBuffer.allocate(32).putInt(number + 1).array()));
  }

  private long lookedAt(Map<String, Long> before) throws Exception {
    return site.database().recordedAttempts(LANE).entrySet().stream()
        .filter(device -> !device.getValue().equals(before.get(device.getKey())))
        .count();
  }

  private static String begin(DoniProcess replica, String token)
      throws IOException, InterruptedException {
    try (PlainClient http = client(replica, token)) {
      PlainClient.Reply reply = http.post("/v1/hardware/sync", "{}");
      assertThat(reply.status()).isEqualTo(202);
      return reply.body().path("uuid").asString("");
    }
  }

  private static JsonNode read(DoniProcess replica, String token, String run)
      throws IOException, InterruptedException {
    try (PlainClient http = client(replica, token)) {
      return http.get("/v1/sync/" + run).body();
    }
  }

  private static PlainClient client(DoniProcess replica, String token) {
    return new PlainClient(replica.uri(), Map.of("X-Auth-Token", token));
  }
}

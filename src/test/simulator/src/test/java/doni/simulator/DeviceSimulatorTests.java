package doni.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient;
import doni.simulator.kubernetes.NodeState;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceSimulatorTests {

  private static final String TOKEN = "abc123.0123456789abcdef";

  private final SimulatedSite site = SimulatedSite.start();

  @BeforeEach
  void joinQuickly() {
    site.devices().joinDelay(Duration.ofMillis(50));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void joinsAsSoonAsItsTokenIsThere() throws Exception {
    site.devices().powerOn("Gate-Camera", TOKEN);
    assertThat(site.kubernetes().nodes()).isEmpty();

    putToken();

    await()
        .untilAsserted(() ->
            assertThat(site.kubernetes().nodes())
                .extracting(NodeState::name, NodeState::ready)
                .containsExactly(tuple("gate-camera", "True")));
  }

  @Test
  void staysAwayWithAWrongToken() throws Exception {
    putToken();

    site.devices().powerOn("gate-camera", "abc123.fedcba9876543210");

    await()
        .pollDelay(Duration.ofMillis(400))
        .untilAsserted(() -> assertThat(site.kubernetes().nodes()).isEmpty());
  }

  @Test
  void leavesItsNodeWithoutHeartbeatWhenItIsSwitchedOff() throws Exception {
    putToken();
    site.devices().powerOn("gate-camera", TOKEN);
    await().untilAsserted(() -> assertThat(readiness()).isEqualTo("True"));

    site.devices().powerOff("gate-camera");

    assertThat(readiness()).isEqualTo("Unknown");
  }

  @Test
  void becomesReadyAgainWhenItIsSwitchedOnAgain() throws Exception {
    putToken();
    site.devices().powerOn("gate-camera", TOKEN);
    await().untilAsserted(() -> assertThat(readiness()).isEqualTo("True"));
    site.devices().powerOff("gate-camera");

    site.devices().powerOn("gate-camera", TOKEN);

    await().untilAsserted(() -> assertThat(readiness()).isEqualTo("True"));
  }

  @Test
  void comesBackWithItsTokenWhenItsPowerDoes() throws Exception {
    putToken();
    site.devices().powerOn("gate-camera", TOKEN);
    await().untilAsserted(() -> assertThat(readiness()).isEqualTo("True"));

    assertThat(power("off")).isEqualTo(200);
    assertThat(readiness()).isEqualTo("Unknown");
    assertThat(power("off")).isEqualTo(404);

    assertThat(power("on")).isEqualTo(200);
    await().untilAsserted(() -> assertThat(readiness()).isEqualTo("True"));
    assertThat(power("on")).isEqualTo(404);
  }

  @Test
  void doesNotBootWithAConfigurationThatBalenaDoesNotKnow() throws Exception {
    String uuid = "0fbc9f0c7f0b4f0e9f0c1a2b3c4d5e6f";
    site.balena()
        .addDevice(uuid, site.balena().addFleet("edge", "pi", "jetson-nano"), "jetson-nano");
    try (PlainClient room = new PlainClient(site.machines().uri(), Map.of())) {
      PlainClient.Reply reply =
          room.post(
              "/machines",
              """
              {"uuid": "%s", "hostname": "gate-camera", "apiEndpoint": "%s", "deviceApiKey": "wrong"}
              """
                  .formatted(uuid, site.balena().uri()));

      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.text("/error"))
          .isEqualTo("the machine cannot connect to Balena with this config.json");
    }
  }

  private int power(String state) throws Exception {
    try (PlainClient room = new PlainClient(site.machines().uri(), Map.of())) {
      return room.post("/machines/gate-camera/" + state, "").status();
    }
  }

  private String readiness() {
    return site.kubernetes().node("gate-camera").map(NodeState::ready).orElse("");
  }

  private void putToken() throws Exception {
    try (PlainClient doni =
        new PlainClient(
            site.kubernetes().uri(),
            Map.of("Authorization", "Bearer " + site.kubernetes().token("doni")),
            site.kubernetes().authority())) {
      PlainClient.Reply reply =
          doni.post(
              "/api/v1/namespaces/kube-system/secrets",
              """
              {"metadata": {"name": "bootstrap-token-abc123"},
               "type": "bootstrap.kubernetes.io/token",
               "stringData": {"token-id": "abc123", "token-secret": "0123456789abcdef",
                "usage-bootstrap-authentication": "true", "expiration": "2099-01-08T12:00:00Z"}}
              """);
      assertThat(reply.status()).isEqualTo(201);
    }
  }
}

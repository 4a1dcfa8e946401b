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

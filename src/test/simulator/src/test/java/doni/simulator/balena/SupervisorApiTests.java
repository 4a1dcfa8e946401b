package doni.simulator.balena;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.SiteClock;
import doni.simulator.http.PlainClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SupervisorApiTests {

  private static final String UUID = "0123456789abcdef0123456789abcdef";

  private final SiteClock clock =
      new SiteClock(Instant.parse("2031-03-04T12:00:00Z"), Duration.ZERO);
  private final SimulatedBalena balena = new SimulatedBalena(0, clock);
  private String key = "";

  @BeforeEach
  void register() throws Exception {
    long fleet = balena.addFleet("edge", "pi", "jetson-nano");
    balena.release(fleet, "coordinator");
    long device = balena.addDevice(UUID, fleet, "jetson-nano");
    try (PlainClient user = client(balena.token())) {
      key = user.post("/api-key/device/" + device + "/device-key", "{}").body().asString();
      var _ =
          user.post(
              "/v7/device_environment_variable",
              "{\"device\": %d, \"name\": \"K3S_TOKEN\", \"value\": \"a-token\"}"
                  .formatted(device));
    }
  }

  @AfterEach
  void stop() {
    balena.close();
  }

  @Test
  void givesTheVariablesToTheKeyOfTheDeviceAlone() throws Exception {
    balena.fleetVariables(Map.of("OS_AUTH_URL", "http://keystone.example"));

    try (PlainClient device = client(key);
        PlainClient user = client(balena.token())) {
      JsonNode environment =
          device
              .get("/device/v3/" + UUID + "/state")
              .body()
              .path(UUID)
              .at("/apps/app/releases/release/services/coordinator/environment");
      assertThat(environment.path("K3S_TOKEN").asString()).isEqualTo("a-token");
      assertThat(environment.path("OS_AUTH_URL").asString()).isEqualTo("http://keystone.example");
      assertThat(user.get("/device/v3/" + UUID + "/state").status()).isEqualTo(401);
      assertThat(device.get("/device/v3/" + UUID.replace('0', '1') + "/state").status())
          .isEqualTo(401);
    }
  }

  @Test
  void showsADeviceAsOnlineWhileItAsks() throws Exception {
    assertThat(isOnline()).isFalse();
    try (PlainClient device = client(key)) {
      var _ = device.get("/device/v3/" + UUID + "/state");
    }
    assertThat(isOnline()).isTrue();

    clock.advance(Duration.ofSeconds(11));

    assertThat(isOnline()).isFalse();
  }

  private boolean isOnline() throws IOException, InterruptedException {
    try (PlainClient user = client(balena.token())) {
      return user.get("/v7/device?$select=is_online").body().at("/d/0/is_online").asBoolean(false);
    }
  }

  private PlainClient client(String token) {
    return new PlainClient(balena.uri(), Map.of("Authorization", "Bearer " + token));
  }
}

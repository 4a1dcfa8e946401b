package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.balena.SimulatedBalena;
import doni.simulator.http.PlainClient.Reply;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A device of a site with Kubernetes and Balena. */
@ExtendWith(SharedSite.class)
class BalenaIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final TestSite site;
  private final SimulatedBalena balena;

  BalenaIT(SitePostgres postgres) {
    site = new TestSite("balena", postgres);
    balena = site.backends().balena();
  }

  @BeforeEach
  void start() {
    site.startWithAllWorkers("doni", Map.of("DONI_WORKERS_ENABLED", "k8s,balena"));
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void theTokenThatADeviceGetsFollowsTheOneThatIsIssuedAnew() throws Exception {
    Owner owner = site.owner("balena");
    Enrolled device =
        owner.enrolled(
            owner
                .http()
                .post(
                    Owner.HARDWARE,
                    """
                    {"name": "edge-01", "hardware_type": "device.balena", "properties": {
                      "machine_name": "raspberrypi4-64", "contact_email": "a@example.org",
                      "application_credential_id": "id", "application_credential_secret": "canary"}}
                    """));
    awaitToken(device, device.bootstrapToken());

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
    awaitToken(device, issued);
    assertThat(balena.devices()).isEqualTo(1);
  }

  private void awaitToken(Enrolled device, String token) {
    String uuid = device.uuid().toString().replace("-", "");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(balena.deviceVariables(uuid)).containsEntry("K3S_TOKEN", token));
  }
}

package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Machine types that come, change and break while the service runs. */
@ExtendWith(SharedSite.class)
class TypesIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final SitePostgres postgres;
  @TempDir private Path types;

  TypesIT(SitePostgres postgres) {
    this.postgres = postgres;
  }

  private void toaster(String label) throws Exception {
    Files.writeString(
        types.resolve("toaster.yaml"),
        """
        version: 1
        hardware-type: device.balena
        machine-types:
          toaster:
            full-name: Toaster 9
            vendor: ACME
            model: "9"
            labels: { slots: "%s" }
        """
            .formatted(label));
  }

  @Test
  void enrollsANewMachineTypeWithoutARestartAndRelabelsItsDevices() throws Exception {
    try (TestSite site = new TestSite("types", postgres)) {
      DoniProcess service =
          site.startAndAwait("service", Map.of("DONI_TYPES_DIRECTORY", types.toString()));
      Owner owner = site.owner("types");
      String enrollment = Owner.enrollment("bread").replace(Owner.RASPBERRY, "toaster");
      assertThat(owner.http().post(Owner.HARDWARE, enrollment).status()).isEqualTo(400);
      site.kubernetes().addNode("bread");

      toaster("two");
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(owner.http().get("/v1/hardware-types").body().toString())
                  .contains("toaster"));
      Enrolled device = owner.enrolled(owner.http().post(Owner.HARDWARE, enrollment));
      owner.awaitSteady(device, SOON);
      assertThat(site.kubernetes().node("bread").orElseThrow().labels())
          .containsEntry("slots", "two");

      toaster("four");
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(site.kubernetes().node("bread").orElseThrow().labels())
                  .containsEntry("slots", "four"));

      Files.writeString(types.resolve("broken.yaml"), "version: 2");
      awaitHealth(service.managementUri(), "broken.yaml, /version: '2' is not allowed; allowed: 1");
      assertThat(owner.http().post(Owner.HARDWARE, enrollment.replace("bread", "rolls")).status())
          .isEqualTo(201);
      assertThat(Files.readString(service.log()))
          .contains("the last good machine types stay in use");
      Files.delete(types.resolve("broken.yaml"));
      awaitHealth(service.managementUri(), "\"UP\"");
    }
  }

  private static void awaitHealth(URI service, String text) {
    try (PlainClient client = new PlainClient(service, Map.of())) {
      await()
          .atMost(SOON)
          .untilAsserted(() -> {
            assertThat(client.get("/actuator/health/types").body().toString()).contains(text);
          });
    }
  }
}

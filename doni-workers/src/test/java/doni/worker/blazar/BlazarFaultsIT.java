package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A device in front of a Blazar whose calls fail. */
class BlazarFaultsIT extends OnBlazarDevice {

  /** Each call is lost before or after it was carried out; the next attempt succeeds. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices, false",
    "POST, /v1/devices, true",
    "PUT, /v1/devices/.+, false",
    "PUT, /v1/devices/.+, true",
    "POST, /v1/leases, false",
    "POST, /v1/leases, true",
    "GET, /v1/devices, false",
    "GET, /v1/devices/allocations, false",
    "GET, /v1/leases, false"
  })
  void goesOnAfterACrash(String method, String path, boolean done) {
    available(device, at("05:00"), at("06:00"));
    site.blazar.clashOn("model");
    Fault fault = Fault.on(method, path).dropping().once();
    // The client repeats a read once on a dead connection.
    site.blazar
        .faults()
        .add(method.equals("GET") ? fault.times(2) : done ? fault.afterTheWork() : fault);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Failed.class);
    site.blazar.faults().clear();
    device.details().clear();
    site.restart();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("model", "4B");
    assertThat(site.blazar.leaseCount()).isOne();
    assertThat(device.planned(worker())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, /v1/leases/.+, false",
    "DELETE, /v1/leases/.+, true",
    "DELETE, /v1/devices/.+, false",
    "DELETE, /v1/devices/.+, true"
  })
  void goesOnWithADeletionAfterACrash(String method, String path, boolean done) {
    available(device, at("05:00"), at("06:00"));
    reservable();
    Map<String, Object> before = Map.copyOf(device.details());
    Fault fault = Fault.on(method, path).dropping().once();
    site.blazar.faults().add(done ? fault.afterTheWork() : fault);
    device.deleted();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Failed.class);
    device.details().clear();
    device.details().putAll(before);
    site.restart();

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(site.blazar.resources(node(device))).isEmpty();
    assertThat(site.blazar.leaseCount()).isZero();
  }

  /** Whatever is answered: never a false success, and nothing is created twice. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices",
    "GET, /v1/devices",
    "GET, /v1/devices/allocations",
    "GET, /v1/leases",
    "POST, /v1/leases"
  })
  void isNeverFalselySteady(String method, String path) {
    for (int status : List.of(400, 401, 403, 404, 409, 429, 500, 503)) {
      HardwareFixture one = aDevice();
      site.nodes.join(node(one));
      available(one, at("05:00"), at("06:00"));
      site.restart();
      site.blazar
          .faults()
          .add(
              Fault.on(method, path)
                  .answering(status, "{\"error_message\":\"no\",\"error_code\":1}"));

      assertUnsteady(one);

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.attempted(worker())).as("after %d", status).isInstanceOf(Outcome.Synced.class);
      assertThat(site.blazar.resources(node(one))).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/devices",
    "GET, /v1/devices",
    "GET, /v1/devices/allocations",
    "GET, /v1/leases",
    "POST, /v1/leases"
  })
  void isNotSteadyAfterAnUnreadableAnswer(String method, String path) {
    for (Fault fault :
        List.of(
            Fault.on(method, path).hanging(),
            Fault.on(method, path).answering(200, "{\"devices\": ["),
            Fault.on(method, path).answering(200, "{}"))) {
      HardwareFixture one = aDevice();
      site.nodes.join(node(one));
      available(one, at("05:00"), at("06:00"));
      site.restart();
      site.blazar.faults().add(fault);

      assertUnsteady(one);

      site.blazar.faults().clear();
      site.restart();
      assertThat(one.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    }
  }

  private void assertUnsteady(HardwareFixture one) {
    assertThat(one.attempted(worker())).isNotInstanceOf(Outcome.Synced.class);
  }

  @Test
  void aRefusedConnectionIsNoSuccess() {
    site.blazar.stop();

    assertThat(device.attempted(worker()))
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(true, Outcome.Failed::retryable)
        .satisfies(failed -> assertThat(failed.message()).startsWith("no connection to blazar: "));

    site.blazar.start();
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void aMissingRightFailsUntilItIsGiven() {
    site.blazar
        .faults()
        .add(
            Fault.on("POST", "/v1/devices")
                .answering(
                    403, "{\"error_message\":\"Policy doesn't allow blazar:devices:post\"}"));

    assertThat(device.attempted(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(false, Outcome.Deferred::counted)
        .satisfies(deferred ->
            assertThat(deferred.reason())
                .startsWith("blazar answered 403: Policy doesn't allow blazar:devices:post"));
  }

  @Test
  void theNamed500sDoNotOpenTheCircuit() {
    reservable();
    device.withProperty("machine_name", "jetson-nano");

    for (int i = 0; i < 30; i++) {
      assertThat(device.attempted(worker())).isInstanceOf(Outcome.Deferred.class);
    }

    assertThat(worker().lanePause()).isEmpty();
  }

  @Test
  void aConfirmedWriteWithoutEffectIsNotRepeated() {
    site.blazar.changeableCapabilities(true);
    reservable();
    String same =
        "{\"device\":{\"id\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\"}}"
            .formatted(stored().get("id"), node(device), uid(device));
    site.blazar.faults().add(Fault.on("PUT", "/v1/devices/.+").answering(200, same));

    assertThat(device.withProperty("machine_name", "jetson-nano").attempted(worker()))
        .isInstanceOf(Outcome.Deferred.class);
    assertThat(site.writes()).hasSize(1);
  }
}

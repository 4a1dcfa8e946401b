package doni.worker.balena;

import static doni.worker.balena.BalenaFixtures.aDevice;
import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.HardwareFixture;
import doni.enrollment.Secret;
import doni.simulator.balena.SimulatedBalena;
import doni.simulator.http.Call;
import doni.simulator.http.Fault;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attempts while Balena refuses, hangs, breaks or comes back. */
class BalenaFaultsIT {

  private static final String REGISTER = "/device/register";
  private static final String ANY_DEVICE = "/v7/device\\(.+";

  private BalenaSite site;
  private SimulatedBalena balena;
  private final HardwareFixture device = aDevice();

  @BeforeEach
  void open() {
    site = new BalenaSite();
    balena = site.balena();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Outcome attempted() {
    Outcome outcome = device.attempted(site.worker());
    assertThat(outcome.toString()).doesNotContain(BalenaFixtures.CREDENTIAL);
    return outcome;
  }

  private List<Call> callsOfANewDevice() {
    assertThat(attempted()).isInstanceOf(Outcome.Synced.class);
    List<Call> calls = balena.calls().all();
    startOver();
    return calls;
  }

  private void startOver() {
    balena.removeDevice(BalenaFixtures.uuid(device));
    device.details().clear();
  }

  private void assertConverges() {
    String uuid = BalenaFixtures.uuid(device);
    balena.faults().clear();

    assertThat(attempted()).isInstanceOf(Outcome.Synced.class);

    assertThat(balena.devices()).isEqualTo(1);
    assertThat(balena.deviceVariables(uuid)).isEqualTo(Map.of("K3S_TOKEN", BalenaFixtures.TOKEN));
    assertThat(balena.serviceVariables(uuid, "coordinator")).hasSize(2);
    assertThat(balena.isKeyOf(BalenaFixtures.key(device), balena.deviceId(uuid).orElseThrow()))
        .isTrue();
  }

  /** Unlike the contract test, it breaks every single HTTP call. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCrashAfterAnyHttpCallIsRepaired(boolean afterTheWork) {
    for (Call call : callsOfANewDevice()) {
      Fault fault = Fault.on(call.method(), Pattern.quote(call.path())).dropping().once();
      balena.faults().add(afterTheWork ? fault.afterTheWork() : fault);

      attempted();
      // A dead process has recorded nothing.
      device.details().clear();

      assertConverges();
      startOver();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 503})
  void noRefusedCallIsASuccess(int status) {
    for (Call call : callsOfANewDevice()) {
      balena
          .faults()
          .add(
              Fault.on(call.method(), Pattern.quote(call.path()))
                  .answering(status, "\"no\"", Map.of("Retry-After", "1")));

      assertThat(attempted())
          .as(call + " answered " + status)
          .isNotInstanceOf(Outcome.Synced.class);

      assertConverges();
      startOver();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          {              ; the body is not JSON
          <html>         ; the body is not JSON
          []             ; the response lacks d
          {"d": 5}       ; the response lacks d
          {"d": [{}]}    ; the response lacks belongs_to__application
          """)
  void anAnswerThatIsNotUnderstoodFailsAndIsRetried(String body, String cause) {
    balena.faults().add(Fault.on("GET", ANY_DEVICE).answering(200, body));

    assertThat(attempted())
        .isEqualTo(
            new Outcome.Failed(
                    "balena answered 200: %s (GET %s)".formatted(cause, devicePath()),
                    true,
                    null,
                    Map.of())
                .at(Outcome.BlockedBy.BACKEND));
    assertConverges();
  }

  @ParameterizedTest
  @CsvSource({"<html>,the body is not JSON", "'{\"id\": 1}',the response lacks api_key"})
  void aRegistrationThatIsNotConfirmedFailsAndIsRetried(String body, String cause) {
    balena.faults().add(Fault.on("POST", REGISTER).answering(201, body).afterTheWork());

    assertThat(attempted())
        .isEqualTo(
            new Outcome.Failed(
                    "balena answered 201: %s (POST %s)".formatted(cause, REGISTER),
                    true,
                    null,
                    Map.of())
                .at(Outcome.BlockedBy.BACKEND));
    assertConverges();
  }

  @Test
  void anAnswerThatIsNotJsonKeepsTheCircuitClosed() {
    BalenaWorker worker = site.worker();
    balena.faults().add(Fault.on("GET", ANY_DEVICE).answering(200, "<html>"));

    for (int i = 0; i < 10; i++) {
      device.attempted(worker);
    }

    assertThat(worker.lanePause()).isEmpty();
  }

  @Test
  void aHangingServerIsATimeout() {
    BalenaProperties impatient =
        site.properties(balena.token(), BalenaFixtures.MAPPING, Duration.ofMillis(500));
    balena.faults().add(Fault.on("POST", REGISTER).hanging());

    // In parentheses stands the socket's or OkHttp's text, whichever comes first.
    assertThat(device.attempted(site.worker(impatient)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.message()).startsWith("balena: no response in time (");
              assertThat(failed.retryable()).isTrue();
            });
    assertConverges();
  }

  @Test
  void aStoppedServerFailsAndIsRetried() {
    balena.stop();

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.message()).startsWith("no connection to balena: ");
              assertThat(failed.retryable()).isTrue();
            });

    balena.start();
    assertConverges();
  }

  @Test
  void a429PausesTheLane() {
    BalenaWorker worker = site.worker();
    balena
        .faults()
        .add(
            Fault.on("GET", ANY_DEVICE)
                .answering(429, "\"Too Many Requests\"", Map.of("Retry-After", "3600")));
    assertThat(device.attempted(worker))
        .isEqualTo(
            new Outcome.Failed(
                    "balena answered 429: Too Many Requests (GET %s)".formatted(devicePath()),
                    true,
                    Duration.ofHours(1),
                    Map.of())
                .at(Outcome.BlockedBy.BACKEND));
    balena.faults().clear();
    balena.calls().clear();

    assertThat(device.attempted(worker)).isInstanceOf(Outcome.Deferred.class);

    assertThat(balena.calls().total()).isZero();
    assertThat(worker.lanePause())
        .hasValueSatisfying(
            pause -> assertThat(pause.reason()).isEqualTo("rate limited by balena"));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 408, 503})
  void aCallIsSentOnce(int status) {
    balena
        .faults()
        .add(
            Fault.on("POST", REGISTER)
                .answering(
                    status,
                    "",
                    Map.of("Retry-After", "0", "Location", balena.uri() + "/device/register")));

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.message())
                    .isEqualTo("balena answered %d: empty response (POST %s)", status, REGISTER));

    assertThat(balena.calls().count("*", REGISTER)).isEqualTo(1);
  }

  @Test
  void anIssuedKeyIsRecordedWhenALaterCallFails() {
    balena.faults().add(Fault.on("PATCH", ANY_DEVICE).answering(500, ""));

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.details())
                    .containsOnlyKeys(
                        "device_id", "fleet_id", "device_api_key", "last_seen", "needs_bake"));

    assertConverges();
    assertThat(balena.keys(balena.deviceId(BalenaFixtures.uuid(device)).orElseThrow()))
        .isEqualTo(1);
  }

  @Test
  void anIssuedKeyIsRecordedWhenTheDeviceCannotBeReadAfterwards() {
    Fault failing = Fault.on("GET", ANY_DEVICE).answering(500, "").once();
    balena.faults().add(Fault.on("GET", ANY_DEVICE).once());
    balena.faults().add(failing);

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.details())
                  .containsOnlyKeys("device_id", "device_api_key", "needs_bake");
              assertThat(failed.changes())
                  .containsExactly(Change.create("device " + BalenaFixtures.uuid(device)));
            });

    assertConverges();
    assertThat(balena.keys(balena.deviceId(BalenaFixtures.uuid(device)).orElseThrow()))
        .isEqualTo(1);
  }

  @Test
  void a401WithAValidTokenDefersTheDevice() {
    balena
        .faults()
        .add(Fault.on("POST", "/v7/device_service_environment_variable").answering(401, ""));

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.reason())
                  .isEqualTo(
                      "balena answered 401: the token is valid, but lacks a permission, or the object no longer exists:"
                          + " empty response (POST /v7/device_service_environment_variable OS_APPLICATION_CREDENTIAL_ID)");
              assertThat(deferred.counted()).isFalse();
              assertThat(deferred.changes()).isNotEmpty();
            });
  }

  @Test
  void anErrorThatQuotesASecretIsMasked() {
    balena
        .faults()
        .add(
            Fault.on("POST", "/v7/device_environment_variable")
                .answering(400, "\"bad value " + BalenaFixtures.TOKEN + "\""));

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.message())
                    .isEqualTo(
                        "balena answered 400: bad value %s (POST /v7/device_environment_variable %s)",
                        Secret.MASK, "K3S_TOKEN"));
  }

  @Test
  void aUuidOfAHiddenDeviceFailsForGood() {
    balena.faults().add(Fault.on("POST", REGISTER).answering(409, "\"uuid\" must be unique."));

    assertThat(attempted())
        .isEqualTo(
            new Outcome.Failed(
                "UUID %s is taken by a Balena device that our account cannot see; give the account access to its fleet, or delete it there"
                    .formatted(BalenaFixtures.uuid(device)),
                false,
                null,
                Map.of()));
  }

  @Test
  void aFailedDeletionIsRetried() {
    assertThat(attempted()).isInstanceOf(Outcome.Synced.class);
    device.deleted();
    balena.faults().add(Fault.on("DELETE", ANY_DEVICE).answering(503, "").once());

    assertThat(attempted()).isInstanceOf(Outcome.Failed.class);
    assertThat(balena.devices()).isEqualTo(1);

    assertThat(attempted())
        .isEqualTo(
            new Outcome.Gone(List.of(Change.delete("device " + BalenaFixtures.uuid(device)))));
    assertThat(balena.devices()).isZero();
  }

  @Test
  void aDeletionThatDoesNotShowIsDeferredAndSentOnce() {
    assertThat(attempted()).isInstanceOf(Outcome.Synced.class);
    device.deleted();
    balena.calls().clear();
    balena.faults().add(Fault.on("DELETE", ANY_DEVICE).answering(200, ""));

    assertThat(attempted())
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> assertThat(deferred.reason()).isEqualTo("device deletion in progress"));
    assertThat(balena.calls().writes()).isEqualTo(1);
  }

  private String devicePath() {
    return "/v7/device(uuid='%s')".formatted(BalenaFixtures.uuid(device));
  }
}

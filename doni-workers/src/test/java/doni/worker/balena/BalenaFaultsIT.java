package doni.worker.balena;

import static doni.worker.balena.Enrolled.aDevice;
import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.simulator.balena.SimulatedBalena;
import doni.simulator.http.Call;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the worker makes of a Balena that refuses, stalls, breaks or comes back. */
class BalenaFaultsIT {

  private static final String REGISTER = "/device/register";
  private static final String ANY_DEVICE = "/v7/device\\(.+";

  private BalenaSite site;
  private SimulatedBalena balena;
  private final Enrolled device = aDevice();

  @BeforeEach
  void open() {
    site = new BalenaSite();
    balena = site.balena();
  }

  @AfterEach
  void close() {
    site.close();
  }

  /** An attempt by a replica that has just started; empty when it ended with an exception. */
  private boolean isSynced(BalenaWorker worker) {
    try {
      return device.requested(worker) instanceof Outcome.Synced;
    } catch (BackendException e) {
      assertThat(e).hasMessageNotContaining(Enrolled.CREDENTIAL);
      return false;
    }
  }

  private List<Call> callsOfAFreshDevice() {
    assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Synced.class);
    List<Call> calls = balena.calls().all();
    balena.removeDevice(device.uuid());
    device.details().clear();
    return calls;
  }

  private void converges() {
    balena.faults().clear();
    assertThat(isSynced(site.worker())).isTrue();
    assertThat(balena.devices()).isEqualTo(1);
    assertThat(balena.deviceVariables(device.uuid()))
        .isEqualTo(Map.of("K3S_TOKEN", Enrolled.TOKEN));
    assertThat(balena.serviceVariables(device.uuid(), "coordinator")).hasSize(2);
    assertThat(balena.isKeyOf(device.key(), balena.deviceId(device.uuid()).orElseThrow())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAttemptThatDiesAfterAnyCallIsFinishedByTheNext(boolean afterTheWork) {
    for (Call call : callsOfAFreshDevice()) {
      Fault fault = Fault.on(call.method(), Pattern.quote(call.path())).dropping().once();
      balena.faults().add(afterTheWork ? fault.afterTheWork() : fault);

      isSynced(site.worker());
      // What a replica that dies would have reported is lost.
      device.details().clear();

      converges();
      balena.removeDevice(device.uuid());
      device.details().clear();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 503})
  void noAnswerMakesAFalseSuccess(int status) {
    for (Call call : callsOfAFreshDevice()) {
      balena
          .faults()
          .add(
              Fault.on(call.method(), Pattern.quote(call.path()))
                  .answering(status, "\"no\"", Map.of("Retry-After", "1")));

      assertThat(isSynced(site.worker())).as(call + " answered " + status).isFalse();

      converges();
      balena.removeDevice(device.uuid());
      device.details().clear();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "<html>", "[]", "{\"d\": 5}", "{\"d\": [{}]}"})
  void aMalformedAnswerIsNoSuccess(String body) {
    balena.faults().add(Fault.on("GET", ANY_DEVICE).answering(200, body));

    assertThat(isSynced(site.worker())).isFalse();
    converges();
  }

  @Test
  void aServerThatHangsIsNotWaitedForLong() {
    balena.faults().add(Fault.on("POST", REGISTER).hanging());

    assertThat(isSynced(site.worker())).isFalse();
    converges();
  }

  @Test
  void aServerThatIsNotThereIsNoSuccess() {
    balena.stop();

    assertThat(isSynced(site.worker())).isFalse();

    balena.start();
    converges();
  }

  @Test
  void a429PausesTheWholeLane() {
    BalenaWorker worker = site.worker();
    balena
        .faults()
        .add(
            Fault.on("GET", ANY_DEVICE)
                .answering(429, "\"Too Many Requests\"", Map.of("Retry-After", "3600")));
    assertThat(isSynced(worker)).isFalse();
    balena.faults().clear();
    balena.calls().clear();

    assertThat(isSynced(worker)).isFalse();

    assertThat(balena.calls().total()).isZero();
    assertThat(worker.lanePause())
        .hasValueSatisfying(hold -> assertThat(hold.reason()).isEqualTo("rate limited by balena"));
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

    assertThat(isSynced(site.worker())).isFalse();

    assertThat(balena.calls().count("*", REGISTER)).isEqualTo(1);
  }

  @Test
  void keepsTheKeyItGotWhenALaterCallFails() {
    balena.faults().add(Fault.on("PATCH", ANY_DEVICE).answering(500, ""));

    assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Failed.class);

    converges();
    assertThat(balena.keys(balena.deviceId(device.uuid()).orElseThrow())).isEqualTo(1);
  }

  @Test
  void a401WithAGoodTokenIsReportedAsSuch() {
    balena
        .faults()
        .add(Fault.on("POST", "/v7/device_service_environment_variable").answering(401, ""));

    assertThat(device.requested(site.worker()))
        .isInstanceOfSatisfying(
            Outcome.Deferred.class,
            deferred -> {
              assertThat(deferred.counted()).isFalse();
              assertThat(deferred.reason()).startsWith("balena answered 401: the token is good");
              assertThat(deferred.changes()).isNotEmpty();
            });
  }

  @Test
  void anErrorThatQuotesASecretIsMasked() {
    balena
        .faults()
        .add(
            Fault.on("POST", "/v7/device_environment_variable")
                .answering(400, "\"bad value " + Enrolled.TOKEN + "\""));

    assertThat(device.requested(site.worker()).toString())
        .contains("bad value " + Secret.MASK)
        .doesNotContain(Enrolled.TOKEN);
  }

  @Test
  void aUuidThatSomebodyElseHasFailsForGood() {
    balena.faults().add(Fault.on("POST", REGISTER).answering(409, "\"uuid\" must be unique."));

    assertThat(device.requested(site.worker()))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.retryable()).isFalse();
              assertThat(failed.message()).contains("we may not see");
            });
  }

  @Test
  void aDeletionThatFailsGoesOn() {
    assertThat(isSynced(site.worker())).isTrue();
    device.deleted();
    balena.faults().add(Fault.on("DELETE", ANY_DEVICE).answering(503, "").once());

    assertThat(isSynced(site.worker())).isFalse();
    assertThat(balena.devices()).isEqualTo(1);

    assertThat(device.requested(site.worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(balena.devices()).isZero();
  }
}

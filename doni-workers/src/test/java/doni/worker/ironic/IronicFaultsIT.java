package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import doni.backend.BackendException;
import doni.simulator.http.Fault;
import doni.worker.Outcome;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An Ironic that refuses, stalls, breaks or dies in the middle of an attempt. */
class IronicFaultsIT extends OnIronic {

  private static final String NODE = "/v1/nodes/[^/]+";

  /** The outcome of an attempt; empty when it ended in an exception. */
  private Optional<Outcome> attempt() {
    try {
      return Optional.of(host.requested(worker()));
    } catch (BackendException _) {
      return Optional.empty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 503})
  void aRefusedReadFails(int status) {
    available();
    ironic().faults().add(Fault.on("GET", ".*").answering(status, "{\"error_message\": \"no\"}"));

    assertThat(catchThrowable(() -> host.requested(worker())))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(Integer.toString(status));
    assertThat(catchThrowable(() -> host.deleted().requested(worker())))
        .isInstanceOf(BackendException.class);
    assertThat(ironic().node(host.uuid())).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 503})
  void aRefusedWriteFails(int status) {
    available();
    ironic().faults().add(Fault.on("PATCH", NODE).answering(status, "{\"error_message\": \"no\"}"));

    host.with("ipmi_port", 624);

    assertThat(catchThrowable(() -> host.requested(worker())))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining(Integer.toString(status));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | {\"uuid\": ",
        "GET | {}",
        "GET | []",
        "GET | {\"uuid\": \"x\"}",
        "GET | <html>proxy</html>"
      })
  void anUnreadableAnswerFails(String method, String body) {
    available();
    ironic().faults().add(Fault.on(method, NODE).answering(200, body));

    assertThat(catchThrowable(() -> host.requested(worker()))).isInstanceOf(BackendException.class);
  }

  @Test
  void aListWithoutPortsFails() {
    available();
    ironic().faults().add(Fault.on("GET", "/v1/ports").answering(200, "{}"));

    assertThat(catchThrowable(() -> host.requested(worker())))
        .hasMessageContaining(
            "the response to GET /v1/ports?detail=True&node=%s&limit=1000 lacks ports"
                .formatted(host.uuid()));
    assertThat(macAddresses()).hasSize(2);
  }

  @Test
  void aHangingIronicTimesOut() {
    available();
    ironic().faults().add(Fault.everywhere().hanging());

    assertThat(catchThrowable(() -> host.requested(worker())))
        .isInstanceOfSatisfying(
            BackendException.class,
            e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.TIMEOUT));
    ironic().faults().clear();
  }

  @Test
  void aStoppedIronicPausesTheLaneAfterAWhile() {
    available();
    ironic().stop();

    for (int i = 0; i < 25; i++) {
      assertThat(attempt()).isEmpty();
    }

    assertThat(worker().lanePause())
        .hasValueSatisfying(hold -> assertThat(hold.reason()).contains("ironic"));
    ironic().start();
  }

  @Test
  void goodReadsDoNotHideThatNoConductorLives() {
    available();
    host.with("ipmi_port", 624);

    ironic().crashConductor();
    assertThat(catchThrowable(() -> host.requested(worker())))
        .hasMessageContaining("500")
        .hasMessageContaining("Unable to establish connection");
    ironic().removeConductor();
    assertThat(catchThrowable(() -> host.requested(worker()))).hasMessageContaining("503");

    ironic().startConductor();
    assertSynced(host.requested(worker()));
  }

  @Test
  void expiredTokensAreRenewed() {
    available();
    site().keystone().revokeAll();

    assertSynced(host.requested(worker()));
  }

  @Test
  void whatIronicQuotesOfThePasswordIsMasked() {
    ironic()
        .faults()
        .add(
            Fault.on("POST", "/v1/nodes")
                .answering(400, "{\"error_message\": \"bad " + Host.PASSWORD + "\"}"));

    assertThat(catchThrowable(() -> host.requested(worker())))
        .hasMessageContaining("bad ****")
        .hasMessageNotContaining(Host.PASSWORD);
  }

  /**
   * The n-th call of a method fails, done or not done, in enrolling, in changing all that can be
   * changed, and in deleting; what comes after is as if nothing had happened.
   */
  @ParameterizedTest
  @CsvSource({
    "POST, true",
    "POST, false",
    "PUT, true",
    "PUT, false",
    "PATCH, true",
    "PATCH, false",
    "DELETE, true",
    "DELETE, false",
    "GET, true"
  })
  void anAttemptThatBreaksOffAnywhereIsBroughtToItsEnd(String method, boolean done) {
    for (int broken = 1; broken <= 6; broken++) {
      breakCall(method, broken, done);
      assertThat(throughFaults()).isInstanceOf(Outcome.Synced.class);
      assertThat(state()).isEqualTo("available");
      assertThat(macAddresses()).containsExactly(Host.MAC, Host.SECOND_MAC);

      breakCall(method, broken, done);
      host.with("ipmi_port", 700 + broken)
          .named("n" + broken)
          .withInterface(0, "switch_port_id", "Ethernet1/" + broken)
          .withInterface(1, "enabled", false)
          .withAnotherInterface("eno3", "52:54:00:aa:00:03");
      assertThat(throughFaults()).isInstanceOf(Outcome.Synced.class);
      assertThat(state()).isEqualTo("available");
      assertThat(macAddresses()).containsExactly(Host.MAC, "52:54:00:aa:00:03");
      assertThat(port(Host.MAC).at("/local_link_connection/port_id").asString())
          .isEqualTo("Ethernet1/" + broken);

      breakCall(method, broken, done);
      host.restore();
      assertThat(throughFaults()).isInstanceOf(Outcome.Synced.class);

      breakCall(method, broken, done);
      host.deleted();
      assertThat(throughFaults()).isInstanceOf(Outcome.Gone.class);
      assertThat(ironic().node(host.uuid())).isEmpty();
      host.enrolledAgain();
    }
  }

  private void breakCall(String method, int nth, boolean done) {
    ironic().faults().clear();
    if (nth > 1) {
      ironic().faults().add(Fault.on(method, ".*").times(nth - 1));
    }
    Fault fault = Fault.on(method, ".*").dropping();
    ironic().faults().add(done ? fault.afterTheWork().times(2) : fault.times(2));
  }

  /** Retries what fails, as the engine does. */
  private Outcome throughFaults() {
    BackendException last = null;
    for (int i = 0; i < 8; i++) {
      try {
        Outcome outcome = settle();
        if (!(outcome instanceof Outcome.Failed)) {
          return outcome;
        }
      } catch (BackendException e) {
        last = e;
      }
    }
    throw new AssertionError("never came to an end", last);
  }

  @Test
  void anAttemptOfWhichNothingWasRecordedIsRepeatedWithoutHarm() {
    for (int i = 0; i < 3; i++) {
      host.killed(worker());
    }
    assertThat(ironic().calls().count("POST", "/v1/nodes")).isOne();
    assertThat(macAddresses()).hasSize(2);

    assertSynced(settle());
    assertThat(state()).isEqualTo("available");
    site().reopen(Map.of());
    ironic().calls().clear();
    assertSynced(host.requested(worker()));
    assertThat(ironic().calls().writes()).isZero();
  }
}

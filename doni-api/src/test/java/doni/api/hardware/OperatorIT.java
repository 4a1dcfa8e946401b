package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.reset;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.MemoryIntake;
import doni.api.RestTest;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareView;
import doni.hardware.HardwareView.Quarantine;
import doni.hardware.QuarantineService;
import doni.leftover.ForceDeleteService;
import doni.leftover.Leftover;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What an operator does to a device, as it goes over HTTP. */
@RestTest
class OperatorIT {

  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00.5Z");

  private final MemoryIntake intake;
  private final QuarantineService quarantine;
  private final ForceDeleteService force;
  private final Http http;

  OperatorIT(
      @Autowired MemoryIntake intake,
      @Autowired QuarantineService quarantine,
      @Autowired ForceDeleteService force,
      @LocalServerPort int port) {
    this.intake = intake;
    this.quarantine = quarantine;
    this.force = force;
    this.http = new Http(port);
  }

  @BeforeEach
  void clear() {
    intake.clear();
    reset(quarantine, force);
  }

  @Test
  void freezesWithAReason() {
    when(quarantine.begin(any(), eq("edge-01"), eq("why")))
        .thenReturn(frozen(intake.add("edge-01", "alice-proj")));

    Http.Answer answer = http.post("/v1/hardware/edge-01/quarantine", "{\"reason\": \"why\"}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("quarantine").toString())
        .isEqualTo(
            "{\"since\":\"2031-03-03T12:00:00+00:00\",\"user_id\":\"admin\",\"reason\":\"why\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"reason\": null}", "{\"reason\": \"\"}"})
  void freezesWithoutAReason(String body) {
    when(quarantine.begin(any(), eq("edge-01"), eq(null)))
        .thenReturn(frozen(intake.add("edge-01", "alice-proj")));

    assertThat(http.post("/v1/hardware/edge-01/quarantine", body).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "{\"reason\": 1}", "{\"raeson\": \"x\"}", "{\"reason\": \"a\\u0000\"}"})
  void refusesWhatIsNoReason(String body) {
    assertThat(http.post("/v1/hardware/edge-01/quarantine", body).status()).isEqualTo(400);
    verifyNoInteractions(quarantine);
  }

  @Test
  void refusesAReasonThatIsTooLong() {
    Http.Answer answer =
        http.post("/v1/hardware/edge-01/quarantine", "{\"reason\": \"" + "x".repeat(501) + "\"}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body())
        .contains("reason: must be a string of at most 500 characters without control characters");
  }

  @Test
  void releases() {
    when(quarantine.end(any(), eq("edge-01"))).thenReturn(intake.add("edge-01", "alice-proj"));

    Http.Answer answer = http.post("/v1/hardware/edge-01/release", "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().has("quarantine")).isFalse();
  }

  @Test
  void deletesByForceOnlyWhenItIsAsked() {
    intake.add("edge-01", "alice-proj");
    HardwareView device = intake.add("edge-02", "alice-proj");

    assertThat(http.send("DELETE", "/v1/hardware/edge-01?force=true", "").status()).isEqualTo(200);
    verify(force).delete(any(), eq("edge-01"), eq(null));
    reset(force);
    assertThat(http.send("DELETE", "/v1/hardware/" + device.id() + "?force=no", "").status())
        .isEqualTo(200);
    assertThat(http.send("DELETE", "/v1/hardware/edge-01?force=perhaps", "").status())
        .isEqualTo(400);
    verifyNoInteractions(force);
  }

  @Test
  void listsLeftovers() {
    when(force.leftovers(any(), eq(1), eq(0L)))
        .thenReturn(
            List.of(
                new Leftover(
                    17,
                    "balena",
                    new Leftover.DeletedHardware(
                        HardwareId.random(),
                        "edge-01",
                        "p",
                        "device.balena",
                        new Generation(3),
                        NOON,
                        "admin"),
                    new Leftover.CleanupProgress(2, "balena answered 503", NOON, NOON))));

    Http.Answer answer = http.get("/v1/leftovers?limit=1");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("leftovers").get(0).get("worker_type").asString())
        .isEqualTo("balena");
    assertThat(answer.json().get("links").get(0).get("href").asString())
        .endsWith("/v1/leftovers?limit=1&after=17");
  }

  @Test
  void forgetsALeftover() {
    Http.Answer answer = http.send("DELETE", "/v1/leftovers/17", "");

    assertThat(answer.status()).isEqualTo(204);
    verify(force).dismiss(any(), eq(17L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "1.5", "99999999999999999999"})
  void refusesWhatIsNoIdOfALeftover(String id) {
    Http.Answer answer = http.send("DELETE", "/v1/leftovers/" + id, "");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("id: must be a positive integer");
    verifyNoInteractions(force);
  }

  private static HardwareView frozen(HardwareView device) {
    return new HardwareView(
        device.id(),
        device.name(),
        device.projectId(),
        device.hardwareType(),
        device.properties(),
        device.createdAt(),
        null,
        Generation.FIRST,
        new Quarantine(NOON, "admin", "why"),
        device.workers());
  }
}

package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.RestTest;
import doni.enrollment.HardwareId;
import doni.readiness.DeviceReadiness;
import doni.readiness.DeviceReadiness.ReadyProblem;
import doni.readiness.DeviceReadiness.ReadyStep;
import doni.readiness.DeviceReadiness.StepStatus;
import doni.readiness.ReadinessService;
import doni.worker.Worker.Milestone.Step;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RestTest
class ReadinessIT {

  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00.5Z");
  private static final HardwareId ID = HardwareId.parse("7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa");

  private final ReadinessService service;
  private final Http http;

  ReadinessIT(@Autowired ReadinessService service, @LocalServerPort int port) {
    this.service = service;
    this.http = new Http(port);
  }

  @Test
  void showsWhereADeviceStands() {
    when(service.of(any(), eq("lab-pi")))
        .thenReturn(
            new DeviceReadiness(
                ID,
                "lab-pi",
                List.of(
                    new ReadyStep(Step.ENROLLED, StepStatus.REACHED, NOON, null, null, null),
                    new ReadyStep(Step.BOOTED, StepStatus.CURRENT, NOON, "balena", "off", "start"),
                    new ReadyStep(Step.TUNNEL_UP, StepStatus.AHEAD, null, "tunelo", "none", null)),
                List.of(new ReadyProblem("k8s", "circuit open", "wait"))));

    assertThat(http.get("/v1/hardware/lab-pi/readiness").body())
        .isEqualTo(
            """
            {"hardware_uuid":"7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa","name":"lab-pi","ready":false,\
            "current_step":"booted","steps":[\
            {"step":"enrolled","status":"reached","since":"2031-03-03T12:00:00+00:00",\
            "worker_type":null,"reason":null,"advice":null},\
            {"step":"booted","status":"current","since":"2031-03-03T12:00:00+00:00",\
            "worker_type":"balena","reason":"off","advice":"start"},\
            {"step":"tunnel_up","status":"ahead","since":null,\
            "worker_type":"tunelo","reason":"none","advice":null}],\
            "problems":[{"worker_type":"k8s","reason":"circuit open","advice":"wait"}]}\
            """);
  }

  @Test
  void isReadyWithoutACurrentStep() {
    when(service.of(any(), eq("ready-pi")))
        .thenReturn(
            new DeviceReadiness(
                ID,
                "ready-pi",
                List.of(new ReadyStep(Step.ENROLLED, StepStatus.REACHED, NOON, null, null, null)),
                List.of()));

    assertThat(http.get("/v1/hardware/ready-pi/readiness").json().path("ready").asBoolean(false))
        .isTrue();
    assertThat(http.get("/v1/hardware/ready-pi/readiness").json().path("current_step").isNull())
        .isTrue();
  }
}

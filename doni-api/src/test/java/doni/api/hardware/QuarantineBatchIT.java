package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.RestTest;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareBatchService;
import doni.hardware.HardwareBatchService.BatchDevice;
import doni.hardware.HardwareBatchService.BatchResult;
import doni.hardware.HardwareListQuery;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import org.mockito.Mockito;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RestTest
class QuarantineBatchIT {

  private static final HardwareId ID =
      new HardwareId(UUID.fromString("7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa"));

  private final HardwareBatchService service;
  private final Http http;

  QuarantineBatchIT(@Autowired HardwareBatchService service, @LocalServerPort int port) {
    this.service = service;
    this.http = new Http(port);
  }

  @AfterEach
  void forget() {
    Mockito.reset(service);
  }

  @Test
  void countsTheDevicesAndNamesTheRefusedOnes() {
    when(service.quarantineAll(any(), any(), eq("power work")))
        .thenReturn(
            List.of(
                new BatchResult(new BatchDevice(HardwareId.random(), "a", Map.of()), null),
                new BatchResult(new BatchDevice(ID, "b", Map.of()), "not yours")));

    Http.Answer answer =
        http.post(
            "/v1/hardware:quarantine?selector=site%3Dnorth&q=pi", "{\"reason\": \"power work\"}");

    assertThat(answer.body())
        .isEqualTo(
            """
            {"matched":2,"done":1,"refused":[{"hardware_uuid":"7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa",\
            "name":"b","error":"not yours"}]}\
            """);
    ArgumentCaptor<HardwareListQuery> query = ArgumentCaptor.forClass(HardwareListQuery.class);
    verify(service).quarantineAll(any(), query.capture(), any());
    assertThat(query.getValue().filter().namePart()).isEqualTo("pi");
    assertThat(query.getValue().filter().selector()).hasToString("site=north");
  }

  @Test
  void releases() {
    when(service.releaseAll(any(), any())).thenReturn(List.of());

    assertThat(http.post("/v1/hardware:release?quarantined=True", "").body())
        .isEqualTo("{\"matched\":0,\"done\":0,\"refused\":[]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quarantine?selector=(",
        "quarantine?unknown=x",
        "quarantine?q=pi&limit=3",
        "release?q=pi&marker=7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa"
      })
  void refusesWhatTheListRefusesAndPages(String request) {
    assertThat(http.post("/v1/hardware:" + request, "{}").status()).isEqualTo(400);
    verifyNoInteractions(service);
  }
}

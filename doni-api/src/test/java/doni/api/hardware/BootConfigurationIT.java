package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.RestTest;
import doni.hardware.BootConfigurationService;
import doni.request.RequestRefusedException.Conflict;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RestTest
class BootConfigurationIT {

  private final BootConfigurationService service;
  private final Http http;

  BootConfigurationIT(@Autowired BootConfigurationService service, @LocalServerPort int port) {
    this.service = service;
    this.http = new Http(port);
  }

  @Test
  void isSentAsItIsAndNeverCached() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("uuid", "7cc05bd00d8a4b2c9b5c0c9d4cc7f1aa");
    members.put("userId", null);
    when(service.of(any(), eq("lab-pi"))).thenReturn(members);

    Http.Answer answer = http.get("/v1/hardware/lab-pi/config.json");

    assertThat(answer.body())
        .isEqualTo("{\"uuid\":\"7cc05bd00d8a4b2c9b5c0c9d4cc7f1aa\",\"userId\":null}");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void isAConflictWhileThereIsNone() {
    when(service.of(any(), eq("new-pi"))).thenThrow(new Conflict("new-pi has no config.json yet"));

    Http.Answer answer = http.get("/v1/hardware/new-pi/config.json");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.json().path("error").asString("")).isEqualTo("new-pi has no config.json yet");
  }
}

package doni.api.shortcut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import doni.api.auth.CallerAuthentication;
import doni.api.auth.KnownCallers;
import doni.api.management.ServedPorts;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardware.VersionedHardware;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.databind.json.JsonMapper;

/** Which requests take the shortcut, and which take the ordinary path. */
class DeviceReadShortcutTests {

  private static final HardwareId ID = HardwareId.parse("0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f");
  private static final String PATH = "/v1/hardware/" + ID;
  private static final int MANAGEMENT_PORT = 8002;

  private final HardwareService service = mock(HardwareService.class);
  private final KnownCallers callers = mock(KnownCallers.class);
  private final HandlerExceptionResolver failures = mock(HandlerExceptionResolver.class);
  private final MockHttpServletRequest request = new MockHttpServletRequest("GET", PATH);
  private final MockHttpServletResponse response = new MockHttpServletResponse();
  private final MockFilterChain ordinaryPath = new MockFilterChain();
  private Filter admission = (admitted, answer, chain) -> chain.doFilter(admitted, answer);

  @BeforeEach
  void know() {
    Caller caller = new Caller("u", "u", "p", Set.of("member"), Map.of(), "");
    when(callers.find(any())).thenReturn(CallerAuthentication.of(caller, request));
    HardwareView device =
        new HardwareView(
            ID, "edge", "p", "t", Map.of(), Instant.EPOCH, null, Generation.FIRST, null, List.of());
    when(service.read(any(), any())).thenReturn(new VersionedHardware("1-abc", () -> device));
  }

  @Test
  void answersAPlainReadItself() throws Exception {
    send();

    assertThat(ordinaryPath.getRequest()).isNull();
    assertThat(response.getStatus()).isEqualTo(200);
    assertThat(response.getContentAsString()).startsWith("{\"uuid\":\"" + ID + "\"");
    assertThat(response.getHeader("ETag")).isEqualTo("\"1-abc\"");
    assertThat(response.getHeader("Cache-Control")).isEqualTo("no-store");
    assertThat(SecurityContextHolder.getContext().getAuthentication()).isNull();
  }

  @Test
  void answersAPollOfTheSameVersionWithoutABody() throws Exception {
    request.addHeader("If-None-Match", "\"1-abc\"");

    send();

    assertThat(ordinaryPath.getRequest()).isNull();
    assertThat(response.getStatus()).isEqualTo(304);
    assertThat(response.getContentAsByteArray()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "HEAD, " + "/v1/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f",
    "DELETE, " + "/v1/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f",
    "GET, /v1/hardware/edge-01",
    "GET, /v1/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f/",
    "GET, /v1/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5eXX",
    "GET, /v1/hardware",
    "GET, /v2/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f"
  })
  void leavesOtherOperationsAlone(String method, String path) throws Exception {
    request.setMethod(method);
    request.setRequestURI(path);

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Accept | text/html",
        "Accept | text/html, */*",
        "If-None-Match | *",
        "If-None-Match | W/\"1-abc\"",
        "If-None-Match | \"a\", \"1-abc\"",
        "If-Match | \"1\"",
        "If-Modified-Since | Fri, 01 Jan 2021 00:00:00 GMT",
        "If-Unmodified-Since | Fri, 01 Jan 2021 00:00:00 GMT",
        "Range | bytes=0-9",
        "Content-Encoding | gzip"
      })
  void leavesOtherConditionsAlone(String name, String value) throws Exception {
    request.addHeader(name, value);

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @Test
  void leavesParametersAlone() throws Exception {
    request.setQueryString("fields=name");

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @Test
  void leavesTheManagementPortAlone() throws Exception {
    request.setLocalPort(MANAGEMENT_PORT);

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @Test
  void leavesUnknownTokensAlone() throws Exception {
    when(callers.find(any())).thenReturn(null);

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @Test
  void leavesRefusalsToTheOrdinaryPath() throws Exception {
    when(service.read(any(), any())).thenThrow(RequestRefusedException.NotFound.hardware("x"));

    assertThat(takesTheOrdinaryPath()).isTrue();
  }

  @Test
  void answersNothingThatIsNotAdmitted() throws Exception {
    admission = (_, answer, _) -> ((MockHttpServletResponse) answer).setStatus(503);

    send();

    assertThat(response.getStatus()).isEqualTo(503);
    assertThat(ordinaryPath.getRequest()).isNull();
  }

  @Test
  void hasAFailureAnsweredAsThatOfAController() throws Exception {
    IllegalStateException failure = new IllegalStateException("database unavailable");
    when(service.read(any(), any())).thenThrow(failure);
    when(failures.resolveException(any(), any(), any(), any())).thenReturn(new ModelAndView());

    assertThat(takesTheOrdinaryPath()).isFalse();
  }

  private boolean takesTheOrdinaryPath() throws ServletException, IOException {
    send();
    return ordinaryPath.getRequest() != null;
  }

  private void send() throws ServletException, IOException {
    new DeviceReadShortcut(
            service,
            callers,
            admission,
            new ServedPorts(MANAGEMENT_PORT, true),
            failures,
            JsonMapper.shared(),
            new SimpleMeterRegistry())
        .doFilter(request, response, ordinaryPath);
  }
}

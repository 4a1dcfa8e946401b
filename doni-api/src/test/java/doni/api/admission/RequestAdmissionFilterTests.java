package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;

import doni.policy.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.FilterChain;
import java.time.Duration;
import java.util.ArrayList;
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
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

class RequestAdmissionFilterTests {

  private final RequestAdmission admission =
      new RequestAdmission(new AdmissionLimits(10, 4, 1, 2, 1), Duration.ZERO);
  private final Counter refused = new SimpleMeterRegistry().counter("refused");
  private final RequestAdmissionFilter filter =
      new RequestAdmissionFilter(admission, refused, List.of());

  /** Anonymous callers may import once at a time, and have two requests. */
  @BeforeEach
  void takeTheOnlyImport() throws InterruptedException {
    assertThat(admission.enter("", true)).isInstanceOf(RequestAdmission.Room.class);
  }

  @Test
  void answersWhenToComeAgain() throws Exception {
    MockHttpServletResponse answer = call("/v1/hardware:import", "/v1/hardware:import", "");

    assertThat(answer.getStatus()).isEqualTo(503);
    assertThat(answer.getHeader("Retry-After")).isEqualTo("2");
    assertThat(answer.getContentAsString())
        .isEqualTo(
            """
            {"error":"The service cannot take the request at the moment. Try again later.",\
            "errors":[{"status":503,\
            "title":"The service cannot take the request at the moment. Try again later."}]}\
            """);
    assertThat(refused.count()).isEqualTo(1);
  }

  @Test
  void tellsAProjectThatItHasItsShare() throws Exception {
    assertThat(admission.enter("alice", false)).isInstanceOf(RequestAdmission.Room.class);
    assertThat(admission.enter("alice", false)).isInstanceOf(RequestAdmission.Room.class);
    Caller alice = new Caller("alice", "alice", "alice", Set.of(), Map.of(), "req-1");
    SecurityContextHolder.getContext()
        .setAuthentication(new TestingAuthenticationToken(alice, null));
    try {
      MockHttpServletResponse answer = call("/v1/hardware", "/v1/hardware", "*/*");

      assertThat(answer.getStatus()).isEqualTo(429);
      assertThat(answer.getHeader("Retry-After")).isEqualTo("2");
      assertThat(answer.getContentAsString())
          .startsWith(
              "{\"error\":\"Your project has 2 requests in progress, as many as it may have."
                  + " Try again later.\"");
    } finally {
      SecurityContextHolder.clearContext();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/hardware%3Aimport, /v1/hardware:import",
    "/%761/hardware:import, /v1/hardware:import",
    "/v1/hardware:import;x=1, /v1/hardware:import",
  })
  void findsAnImportHoweverItsPathIsWritten(String uri, String path) throws Exception {
    assertThat(call(uri, path, "").getStatus()).isEqualTo(503);
  }

  /** Its page is only a form. */
  @Test
  void findsTheImportOfTheConsole() throws Exception {
    MockHttpServletRequest upload = request("/console/import", "/console/import", "*/*");
    upload.setMethod("POST");
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(upload, response, new MockFilterChain());

    assertThat(response.getStatus()).isEqualTo(503);
    assertThat(call("/console/import", "/console/import", "*/*").getStatus()).isEqualTo(200);
  }

  /** Keystone's page posts one without a login. */
  @Test
  void takesNoRoomWhileAFormArrives() throws Exception {
    List<Integer> inProgress = new ArrayList<>();
    MockHttpServletRequest form =
        new MockHttpServletRequest("POST", "/console/auth/websso") {
          @Override
          public Map<String, String[]> getParameterMap() {
            inProgress.add(admission.inProgress());
            return super.getParameterMap();
          }
        };
    form.setServletPath("/console/auth/websso");
    int before = admission.inProgress();

    filter.doFilter(form, new MockHttpServletResponse(), new MockFilterChain());

    assertThat(inProgress).startsWith(before);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/hardware, */*, 503",
    "/actuator/prometheus, */*, 503",
    "/v1/events, application/json, 503",
    "/v1/events, text/event-stream, 200",
    "/v1/events/, text/event-stream, 200",
    "/v1/hardware/pi-1/events, text/event-stream, 200",
    "/v1/hardware/pi-1/events, application/json, 503",
    "/v1/hardware/events, text/event-stream, 503",
    "/v1/hardware, text/event-stream, 503",
    "/healthcheck, */*, 200",
    "/healthcheck/, */*, 200",
    "/actuator/health/readiness, */*, 200",
  })
  void admitsOnlyWhatCannotUseUpTheMemoryWhenThereIsNoRoom(String path, String accept, int status)
      throws Exception {
    assertThat(admission.enter("", false)).isInstanceOf(RequestAdmission.Room.class);

    assertThat(call(path, path, accept).getStatus()).isEqualTo(status);
  }

  @Test
  void givesTheRoomBackAfterAFailure() throws Exception {
    int before = admission.inProgress();
    FilterChain failing =
        (_, _) -> {
          throw new IllegalStateException("defect");
        };
    try {
      filter.doFilter(
          request("/v1/hardware", "/v1/hardware", "*/*"), new MockHttpServletResponse(), failing);
    } catch (IllegalStateException _) {
      // As intended.
    }

    assertThat(admission.inProgress()).isEqualTo(before);
  }

  private MockHttpServletResponse call(String uri, String path, String accept) throws Exception {
    MockHttpServletResponse response = new MockHttpServletResponse();
    filter.doFilter(request(uri, path, accept), response, new MockFilterChain());
    return response;
  }

  /** As Tomcat passes it on: the path is decoded, the URI is not. */
  private static MockHttpServletRequest request(String uri, String path, String accept) {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", uri);
    request.setServletPath(path);
    request.addHeader("Accept", accept);
    return request;
  }
}

package doni.api.management;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class ManagementPortFilterTests {

  private final MockHttpServletResponse response = new MockHttpServletResponse();

  @ParameterizedTest
  @CsvSource({
    "8001, /v1/hardware",
    "8001, /",
    "8001, /healthcheck",
    "8002, /healthcheck",
    "8002, /actuator/prometheus",
    "8002, /actuator/health/readiness",
    "8002, /v3/api-docs.yaml",
    "8002, /swagger-ui/index.html",
    "8002, /swagger-ui.html"
  })
  void servesEachPathOnItsPort(int port, String path) throws Exception {
    assertThat(isServed(port, path)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/actuator",
    "/actuator/prometheus",
    "/actuator/health/types",
    "/v3/api-docs",
    "/swagger-ui.html"
  })
  void namesTheManagementPortToClientsOfTheApi(String path) throws Exception {
    assertThat(isServed(8001, path)).isFalse();
    assertThat(response.getStatus()).isEqualTo(404);
    assertThat(response.getContentAsString())
        .startsWith(
            "{\"error\":\"This is served on the management port, 8002 (doni.management.port).\"");
  }

  @ParameterizedTest
  @CsvSource({"/", "/v1/hardware", "/v1/hardware/export", "/v1/events"})
  void servesNothingElseOnTheManagementPort(String path) throws Exception {
    assertThat(isServed(8002, path)).isFalse();
    assertThat(response.getStatus()).isEqualTo(404);
    assertThat(response.getContentAsString())
        .startsWith("{\"error\":\"The API is served on another port (server.port).\"");
  }

  private boolean isServed(int port, String path) throws IOException, ServletException {
    MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
    request.setServletPath(path);
    request.setLocalPort(port);
    MockFilterChain chain = new MockFilterChain();
    new ManagementPortFilter(8002).doFilter(request, response, chain);
    return chain.getRequest() != null;
  }
}

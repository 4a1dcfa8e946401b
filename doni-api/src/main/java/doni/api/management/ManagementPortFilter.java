package doni.api.management;

import doni.api.web.ErrorResponseBody;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Serves metrics, health and the API description on the management port only, and there nothing
 * else but {@code /healthcheck}. Paths are compared as Tomcat has decoded them, because a client
 * may encode any character.
 */
final class ManagementPortFilter extends OncePerRequestFilter {

  private static final List<String> MANAGEMENT =
      List.of("/actuator", "/v3/api-docs", "/swagger-ui");
  private static final String HEALTHCHECK = "/healthcheck";

  private final int managementPort;

  ManagementPortFilter(int managementPort) {
    this.managementPort = managementPort;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String path = request.getServletPath();
    boolean isManagement = MANAGEMENT.stream().anyMatch(path::startsWith);
    if (request.getLocalPort() == managementPort) {
      if (!isManagement && !path.startsWith(HEALTHCHECK)) {
        refuse(response, "The API is served on another port (server.port).");
        return;
      }
    } else if (isManagement) {
      refuse(
          response,
          "This is served on the management port, %d (doni.management.port)."
              .formatted(managementPort));
      return;
    }
    chain.doFilter(request, response);
  }

  private static void refuse(HttpServletResponse response, String text) throws IOException {
    ErrorResponseBody.write(response, HttpStatus.NOT_FOUND.value(), text);
  }
}

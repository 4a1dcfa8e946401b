package doni.api.auth;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** What may be read without a token. A token that comes along is not looked at. */
final class OpenPaths implements RequestMatcher {

  private static final List<String> PATHS =
      List.of(
          "/",
          "/healthcheck",
          "/healthcheck/",
          "/v1/hardware/export",
          "/v1/hardware/export/",
          "/actuator/health/**",
          "/actuator/prometheus",
          "/actuator/info",
          "/openapi/**",
          "/v3/api-docs/**",
          "/v3/api-docs.yaml",
          "/swagger-ui/**",
          "/swagger-ui.html");

  private final List<RequestMatcher> matchers;

  OpenPaths() {
    this.matchers =
        PATHS.stream()
            .flatMap(path ->
                Stream.of(HttpMethod.GET, HttpMethod.HEAD)
                    .<RequestMatcher>map(
                        method -> PathPatternRequestMatcher.pathPattern(method, path)))
            .toList();
  }

  @Override
  public boolean matches(HttpServletRequest request) {
    return matchers.stream().anyMatch(matcher -> matcher.matches(request));
  }
}

package doni.api.auth;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.policy.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Resolves {@code X-Auth-Token} to the request's {@link Caller}. A request without the header
 * passes without a caller; the security chain then admits it to open paths only.
 */
final class TokenAuthenticationFilter extends OncePerRequestFilter {

  private final TokenValidation.TokenValidator tokens;
  private final OpenPaths openPaths;
  private final AuthErrors errors;

  /** Keeps the caller for a later dispatch of the same request. */
  private final RequestAttributeSecurityContextRepository contexts =
      new RequestAttributeSecurityContextRepository();

  TokenAuthenticationFilter(
      TokenValidation.TokenValidator tokens, OpenPaths openPaths, AuthErrors errors) {
    this.tokens = tokens;
    this.openPaths = openPaths;
    this.errors = errors;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getHeader(RequestIdFilter.TOKEN_HEADER) == null || openPaths.matches(request);
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (Collections.list(request.getHeaders(RequestIdFilter.TOKEN_HEADER)).size() > 1) {
      // It is ambiguous which one is meant.
      errors.unauthorized(response);
      return;
    }
    Secret token = new Secret(request.getHeader(RequestIdFilter.TOKEN_HEADER));
    switch (tokens.validate(token, request.getRemoteAddr())) {
      case TokenValidation.Unanswered(BackendException failure) ->
          errors.unavailable(response, failure);
      case TokenValidation.Rejected _ -> errors.unauthorized(response);
      case TokenValidation.Valid(Caller caller, Instant _) -> {
        remember(caller, request, response);
        chain.doFilter(request, response);
      }
    }
  }

  private void remember(Caller caller, HttpServletRequest request, HttpServletResponse response) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(CallerAuthentication.of(caller, request));
    SecurityContextHolder.setContext(context);
    contexts.saveContext(context, request, response);
  }

  /** The paths that can be read without a token; a token that is sent is ignored. */
  static final class OpenPaths implements RequestMatcher {

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

    private final List<RequestMatcher> matchers =
        PATHS.stream()
            .flatMap(path ->
                Stream.of(HttpMethod.GET, HttpMethod.HEAD)
                    .<RequestMatcher>map(
                        method -> PathPatternRequestMatcher.pathPattern(method, path)))
            .toList();

    @Override
    public boolean matches(HttpServletRequest request) {
      return !isOfDevices(request.getServletPath())
          && matchers.stream().anyMatch(matcher -> matcher.matches(request));
    }

    /** Spares nearly every request the comparison with all patterns, twice. */
    private static boolean isOfDevices(String path) {
      return path.startsWith("/v1/") && !path.startsWith("/v1/hardware/export");
    }
  }
}

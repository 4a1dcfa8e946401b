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
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Turns {@code X-Auth-Token} into the request's {@link Caller}. A request without one goes on as
 * nobody's, for what needs no token.
 */
final class TokenFilter extends OncePerRequestFilter {

  private final TokenValidator tokens;
  private final OpenPaths openPaths;
  private final AuthErrors refusals;

  /** Keeps the caller for a later dispatch of the same request. */
  private final RequestAttributeSecurityContextRepository contexts =
      new RequestAttributeSecurityContextRepository();

  TokenFilter(TokenValidator tokens, OpenPaths openPaths, AuthErrors refusals) {
    this.tokens = tokens;
    this.openPaths = openPaths;
    this.refusals = refusals;
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
      // Which of them was meant is not for us to guess.
      refusals.unauthorized(response);
      return;
    }
    switch (tokens.validate(new Secret(request.getHeader(RequestIdFilter.TOKEN_HEADER)))) {
      case TokenValidation.Unanswered(BackendException failure) ->
          refusals.unavailable(response, failure);
      case TokenValidation.Refused _ -> refusals.unauthorized(response);
      case TokenValidation.Vouched(Caller caller, Instant _) -> {
        remember(caller, request, response);
        chain.doFilter(request, response);
      }
    }
  }

  private void remember(Caller caller, HttpServletRequest request, HttpServletResponse response) {
    Caller now =
        new Caller(
            caller.userId(),
            caller.userName(),
            caller.projectId(),
            caller.roles(),
            caller.attributes(),
            RequestIdFilter.of(request));
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new CallerAuthentication(now));
    SecurityContextHolder.setContext(context);
    contexts.saveContext(context, request, response);
  }
}

package doni.console;

import doni.api.auth.CallerAuthentication;
import doni.api.auth.TokenValidation;
import doni.api.auth.TokenValidation.TokenValidator;
import doni.database.DatabaseOutageDetector;
import doni.enrollment.Secret;
import doni.policy.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Resolves the token of a session to the request's caller, with the validator of the API. So a
 * revoked token or a lost role ends or changes a session within the cache time of tokens.
 */
final class SessionAuthenticationFilter extends OncePerRequestFilter {

  private static final Logger LOG = LoggerFactory.getLogger(SessionAuthenticationFilter.class);

  private final ConsoleSession sessions;
  private final TokenValidator tokens;

  /** Keeps the caller for a later dispatch of the same request. */
  private final RequestAttributeSecurityContextRepository contexts =
      new RequestAttributeSecurityContextRepository();

  SessionAuthenticationFilter(ConsoleSession sessions, TokenValidator tokens) {
    this.sessions = sessions;
    this.tokens = tokens;
  }

  /** Assets and the public page need no session, so they work while the database does not. */
  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return request.getServletPath().startsWith(ConsolePaths.ASSETS + "/");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Secret> token;
    try {
      token = sessions.projectToken(request);
    } catch (RuntimeException e) {
      if (!DatabaseOutageDetector.causes(e)) {
        throw e;
      }
      LOG.warn("A session cannot be read or stored", e);
      HttpServletRequest without = new SessionlessRequest(request);
      request.getRequestDispatcher(ConsolePaths.UNAVAILABLE).forward(without, response);
      return;
    }
    if (token.isPresent()) {
      switch (tokens.validate(token.get(), request.getRemoteAddr())) {
        case TokenValidation.Unanswered _ -> {
          request.getRequestDispatcher(ConsolePaths.UNAVAILABLE).forward(request, response);
          return;
        }
        // Without a caller, the request is led to the login.
        case TokenValidation.Rejected _ -> sessions.end(request);
        case TokenValidation.Valid(Caller caller, Instant _) -> remember(caller, request, response);
      }
    }
    chain.doFilter(request, response);
  }

  private void remember(Caller caller, HttpServletRequest request, HttpServletResponse response) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(CallerAuthentication.of(caller, request));
    SecurityContextHolder.setContext(context);
    contexts.saveContext(context, request, response);
  }

  /** A request for a page that must not touch the session, which the database refuses. */
  private static final class SessionlessRequest extends HttpServletRequestWrapper {

    SessionlessRequest(HttpServletRequest request) {
      super(request);
    }

    @Override
    public @Nullable HttpSession getSession(boolean create) {
      return null;
    }

    @Override
    public @Nullable HttpSession getSession() {
      return null;
    }
  }
}

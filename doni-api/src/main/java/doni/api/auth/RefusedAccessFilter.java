package doni.api.auth;

import doni.policy.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Logs who was refused what: one line for each response with 401 or 403, of the API and of the
 * console. It has neither the query nor a header of the request, which may contain secrets.
 *
 * <p>At most {@value #MOST} lines in {@value #SECONDS} seconds, so that a flood of requests does
 * not fill the disk; the next line says how many are missing.
 */
final class RefusedAccessFilter extends OncePerRequestFilter {

  static final int MOST = 100;
  static final int SECONDS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(RefusedAccessFilter.class);
  private static final int LONGEST_PATH = 200;
  private static final long WINDOW_NANOS = SECONDS * 1_000_000_000L;

  private final LongSupplier nanoTime;
  private long windowStart;
  private long refusals;

  RefusedAccessFilter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(request, response);
    int status = response.getStatus();
    if (status == HttpStatus.UNAUTHORIZED.value() || status == HttpStatus.FORBIDDEN.value()) {
      log(status, request);
    }
  }

  private void log(int status, HttpServletRequest request) {
    long missing = missing();
    if (missing < 0) {
      return;
    }
    LOG.info(
        "{} {} refused with {} to {} at {}, {}{}",
        request.getMethod(),
        path(request.getRequestURI()),
        status,
        caller(request),
        request.getRemoteAddr(),
        RequestIdFilter.of(request),
        missing == 0 ? "" : "; %d refusals before it were not logged".formatted(missing));
  }

  /** Returns how many lines before this one are missing, or -1 where this one is to be, too. */
  private synchronized long missing() {
    long now = nanoTime.getAsLong();
    if (now - windowStart < WINDOW_NANOS) {
      return ++refusals <= MOST ? 0 : -1;
    }
    long missing = Math.max(0, refusals - MOST);
    windowStart = now;
    refusals = 1;
    return missing;
  }

  private static String path(String uri) {
    String printable = uri.replaceAll("[^\\x21-\\x7e]", "?");
    return printable.length() <= LONGEST_PATH
        ? printable
        : printable.substring(0, LONGEST_PATH) + "...";
  }

  private static String caller(HttpServletRequest request) {
    return request.getAttribute(RequestAttributeSecurityContextRepository.DEFAULT_REQUEST_ATTR_NAME)
                instanceof SecurityContext context
            && context.getAuthentication() != null
            && context.getAuthentication().getPrincipal() instanceof Caller caller
        ? "user %s of project %s".formatted(caller.userId(), caller.projectId())
        : "a caller without a valid token";
  }
}

package doni.api.admission;

import doni.api.web.ErrorResponseBody;
import doni.api.web.StatusErrorText;
import doni.policy.Caller;
import io.micrometer.core.instrument.Counter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 503 with Retry-After when there is no room for a request, and 429 when the caller's
 * project has its share of it already, and gives the bodies of an admitted request and its response
 * a time limit. Runs after authentication, because a caller that waits for Keystone must not take
 * room.
 *
 * <p>Health checks are always admitted. Event streams have a limit of their own. Paths are compared
 * as Tomcat has decoded them, because a client may encode any character.
 */
public final class RequestAdmissionFilter extends OncePerRequestFilter {

  private static final String RETRY_AFTER_SECONDS = "2";
  private static final String IMPORT = "/v1/hardware:import";
  private static final String CONSOLE = "/console";
  private static final String CONSOLE_IMPORT = CONSOLE + "/import";
  private static final Pattern EVENTS = Pattern.compile("/v1/(events|hardware/[^/]+/events)/?");
  private static final String CONSOLE_STREAM = CONSOLE + "/live";
  private static final List<String> HEALTH = List.of("/healthcheck", "/actuator/health");

  private final RequestAdmission admission;
  private final Counter refused;
  private final List<RefusedRequestPage> pages;

  RequestAdmissionFilter(
      RequestAdmission admission, Counter refused, List<RefusedRequestPage> pages) {
    this.admission = admission;
    this.refused = refused;
    this.pages = List.copyOf(pages);
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    String path = request.getServletPath();
    return path.equals(CONSOLE_STREAM)
        || HEALTH.stream().anyMatch(path::startsWith)
        || (MediaType.TEXT_EVENT_STREAM_VALUE.equals(request.getHeader(HttpHeaders.ACCEPT))
            && EVENTS.matcher(path).matches());
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getServletPath().startsWith(CONSOLE)) {
      // Tomcat reads a form when a field is asked for: now, so that a slow client takes no room.
      Map<String, String[]> _ = request.getParameterMap();
    }
    switch (enter(request)) {
      case RequestAdmission.Room room -> {
        try (room) {
          chain.doFilter(
              new TimedBodyRequest(request, System::nanoTime),
              new TimedBodyResponse(response, System::nanoTime));
        }
      }
      case RequestAdmission.NoRoom _ -> {
        refuse(response);
        if (!writePage(request, response, HttpStatus.SERVICE_UNAVAILABLE)) {
          StatusErrorText.write(response, HttpStatus.SERVICE_UNAVAILABLE.value());
        }
      }
      case RequestAdmission.ShareTaken(String what, int share) -> {
        refuse(response);
        if (!writePage(request, response, HttpStatus.TOO_MANY_REQUESTS)) {
          ErrorResponseBody.write(
              response,
              HttpStatus.TOO_MANY_REQUESTS.value(),
              "Your project has %d %s in progress, as many as it may have. Try again later."
                  .formatted(share, what));
        }
      }
    }
  }

  /** Returns whether the refusal is answered with a page. */
  private boolean writePage(
      HttpServletRequest request, HttpServletResponse response, HttpStatus status)
      throws ServletException, IOException {
    for (RefusedRequestPage page : pages) {
      if (page.answers(request)) {
        page.write(request, response, status);
        return true;
      }
    }
    return false;
  }

  private void refuse(HttpServletResponse response) {
    refused.increment();
    response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
  }

  private RequestAdmission.Entry enter(HttpServletRequest request) {
    try {
      return admission.enter(project(), isImport(request));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new RequestAdmission.NoRoom();
    }
  }

  private static boolean isImport(HttpServletRequest request) {
    String path = request.getServletPath();
    return path.startsWith(IMPORT)
        || (path.equals(CONSOLE_IMPORT) && request.getMethod().equals(HttpMethod.POST.name()));
  }

  private static String project() {
    Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
    return authentication != null && authentication.getPrincipal() instanceof Caller caller
        ? caller.projectId()
        : "";
  }
}

package doni.api.shortcut;

import doni.api.auth.ApiSecurityHeaders;
import doni.api.auth.CallerAuthentication;
import doni.api.auth.KnownCallers;
import doni.api.hardware.HardwareJson;
import doni.api.management.ServedPorts;
import doni.api.web.PageLinks;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.hardware.VersionedHardware;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.servlet.HandlerExceptionResolver;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the read of a device by its UUID before Spring Security and Spring MVC, which take more
 * processor time than the read itself. Agents and commands send it all the time.
 *
 * <p>It answers 200 and 304, exactly as {@code HardwareController} does, with the same token,
 * admission, policy, version and body. Every other request, and every refusal, is left to the
 * ordinary path: a parameter, another representation, a token that is not known to be valid, a
 * device that the caller may not see. So it repeats no rule.
 */
final class DeviceReadShortcut implements Filter {

  private static final String PREFIX = PageLinks.HARDWARE + "/";
  private static final int UUID_LENGTH = 36;

  /** With one of them, the answer may be another one. */
  private static final List<String> FURTHER_CONDITIONS =
      List.of(
          HttpHeaders.IF_MATCH,
          HttpHeaders.IF_MODIFIED_SINCE,
          HttpHeaders.IF_UNMODIFIED_SINCE,
          HttpHeaders.RANGE,
          HttpHeaders.CONTENT_ENCODING);

  private final HardwareService service;
  private final KnownCallers callers;
  private final Filter admission;
  private final ServedPorts ports;
  private final HandlerExceptionResolver failures;
  private final JsonMapper json;
  private final Timer shown;
  private final Timer unchanged;

  /**
   * @param admission admits a request, or refuses it
   */
  DeviceReadShortcut(
      HardwareService service,
      KnownCallers callers,
      Filter admission,
      ServedPorts ports,
      HandlerExceptionResolver failures,
      JsonMapper json,
      MeterRegistry meters) {
    this.service = service;
    this.callers = callers;
    this.admission = admission;
    this.ports = ports;
    this.failures = failures;
    this.json = json;
    this.shown = timer(meters, HttpStatus.OK, "SUCCESS");
    this.unchanged = timer(meters, HttpStatus.NOT_MODIFIED, "REDIRECTION");
  }

  /** The metric of all requests, with the tags that Spring MVC gives this operation. */
  private static Timer timer(MeterRegistry meters, HttpStatus status, String outcome) {
    return Timer.builder("http.server.requests")
        .tag("error", "none")
        .tag("exception", "none")
        .tag("method", HttpMethod.GET.name())
        .tag("outcome", outcome)
        .tag("status", Integer.toString(status.value()))
        .tag("uri", PREFIX + "{ref}")
        .register(meters);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request instanceof HttpServletRequest read
        && response instanceof HttpServletResponse answer
        && isPlainRead(read)) {
      CallerAuthentication caller = callers.find(read);
      if (caller != null) {
        read(caller, read, answer, chain);
        return;
      }
    }
    chain.doFilter(request, response);
  }

  private void read(
      CallerAuthentication caller,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    long began = System.nanoTime();
    ApiSecurityHeaders.write(request, response);
    SecurityContextHolder.setContext(new SecurityContextImpl(caller));
    try {
      admission.doFilter(
          request,
          response,
          (admitted, timed) -> {
            if (!answer(caller.getPrincipal(), request, (HttpServletResponse) timed, began)) {
              chain.doFilter(admitted, timed);
            }
          });
    } finally {
      SecurityContextHolder.clearContext();
    }
  }

  private boolean isPlainRead(HttpServletRequest request) {
    String path = request.getRequestURI();
    return path.length() == PREFIX.length() + UUID_LENGTH
        && path.startsWith(PREFIX)
        && request.getMethod().equals(HttpMethod.GET.name())
        && request.getQueryString() == null
        && HardwareReader.uuid(path.substring(PREFIX.length())).isPresent()
        && ports.isOfApi(request)
        && acceptsJson(request.getHeader(HttpHeaders.ACCEPT))
        && hasOneTagAtMost(request.getHeaders(HttpHeaders.IF_NONE_MATCH))
        && FURTHER_CONDITIONS.stream().allMatch(name -> request.getHeader(name) == null);
  }

  private static boolean acceptsJson(@Nullable String accept) {
    return accept == null
        || accept.equals(MediaType.APPLICATION_JSON_VALUE)
        || accept.equals(MediaType.ALL_VALUE);
  }

  /** A list of tags, a weak one and {@code *} are compared in another way. */
  private static boolean hasOneTagAtMost(Enumeration<String> tags) {
    if (!tags.hasMoreElements()) {
      return true;
    }
    String tag = tags.nextElement();
    return !tags.hasMoreElements()
        && tag.startsWith("\"")
        && tag.indexOf('"', 1) == tag.length() - 1;
  }

  /** Returns whether the request is answered; if not, nothing was sent. */
  private boolean answer(
      Caller caller, HttpServletRequest request, HttpServletResponse response, long began)
      throws IOException {
    byte[] body;
    try {
      String ref = request.getRequestURI().substring(PREFIX.length());
      VersionedHardware hardware = service.read(caller, ref);
      String tag = "\"" + hardware.version() + "\"";
      response.setHeader(HttpHeaders.ETAG, tag);
      if (tag.equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
        response.setStatus(HttpStatus.NOT_MODIFIED.value());
        unchanged.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
        return true;
      }
      body = json.writeValueAsBytes(HardwareJson.of(hardware.view().get()));
    } catch (RequestRefusedException _) {
      return false;
    } catch (RuntimeException e) {
      if (failures.resolveException(request, response, null, e) == null) {
        throw e;
      }
      return true;
    }
    response.setContentType(MediaType.APPLICATION_JSON_VALUE);
    response.getOutputStream().write(body);
    shown.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    return true;
  }
}

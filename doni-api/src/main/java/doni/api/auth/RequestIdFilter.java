package doni.api.auth;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives every request an id, and every answer its headers, before any other filter runs.
 *
 * <p>The id is logged as {@code request_id}. A client's own id, {@code X-OpenStack-Request-Id}, is
 * logged as {@code global_request_id} if it is well-formed.
 */
final class RequestIdFilter extends OncePerRequestFilter {

  static final String TOKEN_HEADER = "X-Auth-Token";

  private static final String ID_ATTRIBUTE = RequestIdFilter.class.getName() + ".id";
  private static final Pattern ID =
      Pattern.compile("req-[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String id = "req-" + UUID.randomUUID();
    request.setAttribute(ID_ATTRIBUTE, id);
    response.setHeader("OpenStack-Request-Id", id);
    response.setHeader(HttpHeaders.VARY, TOKEN_HEADER);
    String clientId = request.getHeader("X-OpenStack-Request-Id");
    MDC.put("request_id", id);
    if (clientId != null && ID.matcher(clientId).matches()) {
      MDC.put("global_request_id", clientId);
    }
    try {
      chain.doFilter(request, response);
    } finally {
      MDC.remove("request_id");
      MDC.remove("global_request_id");
    }
  }

  /** Returns the id of a request that passed this filter. */
  public static String of(HttpServletRequest request) {
    @Nullable Object id = request.getAttribute(ID_ATTRIBUTE);
    return id == null ? "" : id.toString();
  }
}

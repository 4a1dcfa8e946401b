package doni.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Leads browsers from {@code /} to the console. A browser asks for HTML and does not ask for JSON;
 * every other client gets the version document of the API.
 */
final class BrowserRedirectFilter extends OncePerRequestFilter {

  private static final Set<String> READING = Set.of("GET", "HEAD");

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (READING.contains(request.getMethod()) && wantsPage(request)) {
      response.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
      response.sendRedirect(ConsolePaths.ROOT);
      return;
    }
    chain.doFilter(request, response);
  }

  private static boolean wantsPage(HttpServletRequest request) {
    try {
      List<MediaType> accepted = MediaType.parseMediaTypes(request.getHeader(HttpHeaders.ACCEPT));
      return accepted.stream().anyMatch(MediaType.TEXT_HTML::equalsTypeAndSubtype)
          && accepted.stream().noneMatch(MediaType.APPLICATION_JSON::equalsTypeAndSubtype);
    } catch (InvalidMediaTypeException _) {
      return false;
    }
  }
}

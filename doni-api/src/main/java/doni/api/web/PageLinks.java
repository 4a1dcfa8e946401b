package doni.api.web;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.catalina.Globals;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.util.ForwardedHeaderUtils;
import org.springframework.web.util.UriComponents;

/**
 * Builds absolute URLs with the address that the client used, including that of a trusted proxy
 * ({@code Forwarded} or {@code X-Forwarded-*}, see {@code doni.api.auth}). Invalid values are
 * ignored.
 */
public final class PageLinks {

  public static final String HARDWARE = "/v1/hardware";
  public static final String SUMMARY = "/v1/summary";
  public static final String PLAN = "/v1/plan";
  public static final String EXPORT = HARDWARE + "/export";
  public static final String LEFTOVERS = "/v1/leftovers";
  public static final String EVENTS = "/v1/events";
  public static final String SYNC_ALL = HARDWARE + "/sync";
  public static final String SYNC_RUNS = "/v1/sync";

  private static final List<String> FORWARDED =
      List.of(
          "Forwarded",
          "X-Forwarded-Proto",
          "X-Forwarded-Ssl",
          "X-Forwarded-Host",
          "X-Forwarded-Port",
          "X-Forwarded-Prefix");
  private static final Set<String> SCHEMES = Set.of("http", "https");
  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]");
  private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9._~-]+)*");
  private static final int MAX_PORT = 65_535;

  private PageLinks() {}

  public static String to(HttpServletRequest request, String path) {
    boolean isForwarded =
        Boolean.TRUE.equals(request.getAttribute(Globals.REQUEST_FORWARDED_ATTRIBUTE));
    if (!isForwarded || FORWARDED.stream().allMatch(name -> request.getHeader(name) == null)) {
      return root(request.getScheme(), request.getServerName(), request.getServerPort()) + path;
    }
    HttpHeaders headers = new ServletServerHttpRequest(request).getHeaders();
    URI direct =
        URI.create(
            "%s://%s:%d"
                .formatted(request.getScheme(), request.getServerName(), request.getServerPort()));
    URI seen = forwarded(direct, headers);
    return root(seen.getScheme(), seen.getHost(), seen.getPort()) + prefix(headers) + path;
  }

  public static PageLinkJson next(HttpServletRequest request, String path, String query) {
    return new PageLinkJson("next", to(request, path) + "?" + query);
  }

  private static URI forwarded(URI direct, HttpHeaders headers) {
    try {
      UriComponents seen = ForwardedHeaderUtils.adaptFromForwardedHeaders(direct, headers).build();
      return SCHEMES.contains(seen.getScheme())
              && seen.getHost() != null
              && HOST.matcher(seen.getHost()).matches()
              && seen.getPort() <= MAX_PORT
          ? seen.toUri()
          : direct;
    } catch (IllegalArgumentException | IllegalStateException e) {
      return direct;
    }
  }

  private static String root(String scheme, String host, int port) {
    int usual = scheme.equals("https") ? 443 : 80;
    return scheme + "://" + host + (port < 0 || port == usual ? "" : ":" + port);
  }

  private static String prefix(HttpHeaders headers) {
    String prefix = headers.getFirst("X-Forwarded-Prefix");
    return prefix != null && PREFIX.matcher(prefix).matches() ? prefix : "";
  }

  /** A link to another page. */
  @Schema(
      name = "Link",
      requiredProperties = {"rel", "href"})
  public record PageLinkJson(
      @Schema(example = "next") String rel,
      @Schema(
              example =
                  "http://localhost:8001/v1/hardware?limit=1&marker=0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f")
          String href) {}
}

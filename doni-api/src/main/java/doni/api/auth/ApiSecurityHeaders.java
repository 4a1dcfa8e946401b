package doni.api.auth;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.header.Header;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.writers.CompositeHeaderWriter;
import org.springframework.security.web.header.writers.HstsHeaderWriter;
import org.springframework.security.web.header.writers.StaticHeadersWriter;

/**
 * The headers of every answer of the API. HSTS is sent only over TLS, also that of a trusted proxy.
 * No answer is stored, because it depends on the token and on what workers report.
 */
public final class ApiSecurityHeaders {

  static final HeaderWriter WRITER =
      new CompositeHeaderWriter(
          List.of(
              new HstsHeaderWriter(),
              new StaticHeadersWriter(
                  List.of(
                      new Header("X-Content-Type-Options", "nosniff"),
                      new Header("Referrer-Policy", "no-referrer"),
                      new Header("Content-Security-Policy", "frame-ancestors 'none'"),
                      new Header("X-Frame-Options", "DENY"),
                      new Header(HttpHeaders.CACHE_CONTROL, "no-store")))));

  private ApiSecurityHeaders() {}

  /** Sets them, except those that are set already. */
  public static void write(HttpServletRequest request, HttpServletResponse response) {
    WRITER.writeHeaders(request, response);
  }
}

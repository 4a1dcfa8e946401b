package doni.api.auth;

import doni.backend.BackendException;
import doni.openstack.KeystoneProperties;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * The error answers of this package, with the service's one error body.
 *
 * @param challenge value of {@code WWW-Authenticate}: where a client gets a token
 */
record AuthErrors(String challenge) {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  static AuthErrors of(KeystoneProperties properties) {
    Object url = properties.authUrl() == null ? "" : properties.authUrl();
    return new AuthErrors("Keystone uri=\"" + url + "\"");
  }

  /** 401: the token is missing or refused. */
  void unauthorized(HttpServletResponse response) throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
    write(response, HttpStatus.UNAUTHORIZED, "The request you have made requires authentication");
  }

  /** 503: Keystone gives no answer about the token. */
  void unavailable(HttpServletResponse response, BackendException failure) throws IOException {
    long seconds = Math.max(1, failure.retryAfter().orElse(RETRY_AFTER).toSeconds());
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    write(
        response,
        HttpStatus.SERVICE_UNAVAILABLE,
        "The identity service does not answer at the moment. Try again soon.");
  }

  private static void write(HttpServletResponse response, HttpStatus status, String text)
      throws IOException {
    byte[] body = JSON.writeValueAsString(Map.of("error", text)).getBytes(StandardCharsets.UTF_8);
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_JSON_VALUE);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}

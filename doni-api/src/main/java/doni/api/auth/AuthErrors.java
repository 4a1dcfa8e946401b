package doni.api.auth;

import doni.api.web.ErrorResponseBody;
import doni.backend.BackendException;
import doni.openstack.KeystoneProperties;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * The error answers of this package, by status.
 *
 * @param challenge value of {@code WWW-Authenticate}: where a client gets a token
 */
record AuthErrors(String challenge) {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  static AuthErrors of(KeystoneProperties properties) {
    Object url = properties.authUrl() == null ? "" : properties.authUrl();
    return new AuthErrors("Keystone uri=\"" + url + "\"");
  }

  /** 401: the token is missing or refused. */
  void unauthorized(HttpServletResponse response) throws IOException {
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
    ErrorResponseBody.write(
        response,
        HttpStatus.UNAUTHORIZED.value(),
        "The request you have made requires authentication");
  }

  /** 503: Keystone gives no answer about the token. */
  void unavailable(HttpServletResponse response, BackendException failure) throws IOException {
    long seconds = Math.max(1, failure.retryAfter().orElse(RETRY_AFTER).toSeconds());
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    ErrorResponseBody.write(
        response,
        HttpStatus.SERVICE_UNAVAILABLE.value(),
        "The identity service does not answer at the moment. Try again soon.");
  }
}

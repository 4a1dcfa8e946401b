package doni.api.error;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** What is said where a status is all that is known. */
final class ErrorText {

  static final String REQUEST_ID_HEADER = "OpenStack-Request-Id";

  private ErrorText() {}

  /** Plain ASCII without quotes, so that it may stand in JSON as it is. */
  static String of(int status) {
    return switch (status) {
      case 400 -> "The request line, a header or the query of the request is not valid.";
      case 404 -> "There is nothing at this path.";
      case 405 -> "The method is not allowed here.";
      case 408 -> "The request took too long to arrive.";
      case 413 -> "The body must not be larger than 1 MiB.";
      case 414 -> "The path and query of the request are too long.";
      case 431 -> "The headers of the request are too large.";
      case 500 -> "The service failed; what happened is in its log.";
      default -> {
        HttpStatus known = HttpStatus.resolve(status);
        yield known == null ? "The request was not served." : known.getReasonPhrase() + ".";
      }
    };
  }

  /** Answers without Spring's help, where a request does not get as far as a controller. */
  static void write(HttpServletResponse response, int status) throws IOException {
    byte[] body = "{\"error\":\"%s\"}".formatted(of(status)).getBytes(StandardCharsets.US_ASCII);
    response.setStatus(status);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    if (response.getHeader(REQUEST_ID_HEADER) == null) {
      response.setHeader(REQUEST_ID_HEADER, "req-" + UUID.randomUUID());
    }
    if (response.getHeader(HttpHeaders.VARY) == null) {
      response.setHeader(HttpHeaders.VARY, "X-Auth-Token");
    }
    response.getOutputStream().write(body);
  }
}

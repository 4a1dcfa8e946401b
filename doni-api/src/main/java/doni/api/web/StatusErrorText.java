package doni.api.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/** Error texts for failures of which only the status is known. */
public final class StatusErrorText {

  static final String REQUEST_ID_HEADER = "OpenStack-Request-Id";

  private StatusErrorText() {}

  static String of(int status) {
    return switch (status) {
      case 400 -> "The request line, a header or the query string is invalid.";
      case 404 -> "There is no resource at this path.";
      case 405 -> "The method is not allowed here.";
      case 408 -> "The request took too long to arrive.";
      case 413 -> "The body must not be larger than 1 MiB.";
      case 414 -> "The path and query of the request are too long.";
      case 431 -> "The headers of the request are too large.";
      case 500 -> "Internal error; the service log has the details.";
      case 503 -> "The service cannot take the request at the moment. Try again later.";
      default -> {
        HttpStatus known = HttpStatus.resolve(status);
        yield known == null ? "The request failed." : known.getReasonPhrase() + ".";
      }
    };
  }

  /** Writes an error response without Spring, for a request that does not reach a controller. */
  public static void write(HttpServletResponse response, int status) throws IOException {
    if (response.getHeader(REQUEST_ID_HEADER) == null) {
      response.setHeader(REQUEST_ID_HEADER, "req-" + UUID.randomUUID());
    }
    if (response.getHeader(HttpHeaders.VARY) == null) {
      response.setHeader(HttpHeaders.VARY, "X-Auth-Token");
    }
    ErrorResponseBody.write(response, status, of(status));
  }
}

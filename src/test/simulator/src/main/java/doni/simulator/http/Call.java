package doni.simulator.http;

import java.time.Duration;
import java.time.Instant;

/**
 * A request that was served.
 *
 * @param query as sent, empty when there is none
 * @param status 0 when the connection was closed without an answer
 * @param took until the answer was known; of a stream, until it began
 * @param credential the token or API key that came with it, empty when there was none
 */
public record Call(
    String method,
    String path,
    String query,
    int status,
    Instant at,
    Duration took,
    String credential) {

  /** Whether it could change something. */
  public boolean isWrite() {
    return switch (method) {
      case "POST", "PUT", "PATCH", "DELETE" -> true;
      default -> false;
    };
  }

  /** Without the credential, which is a secret. */
  @Override
  public String toString() {
    return "Call[" + method + " " + path + ", " + status + ", " + at + ", " + took + "]";
  }
}

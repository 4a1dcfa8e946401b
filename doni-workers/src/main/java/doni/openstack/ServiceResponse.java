package doni.openstack;

import doni.backend.BackendException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A service's answer.
 *
 * @param service name of the service
 * @param request the request
 * @param body a missing node (never null) if there is no body, or it is not JSON
 * @param message the service's error message, without secrets, at most 300 characters
 * @param requestId the service's id of the request, for its log
 */
public record ServiceResponse(
    String service,
    ServiceRequest request,
    int status,
    JsonNode body,
    String message,
    @Nullable String requestId) {

  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** Returns this answer as an exception, for a caller that cannot handle it. */
  public BackendException refused() {
    return refused(null);
  }

  /**
   * @param retryAfter as the service asked for it, null where it did not
   */
  BackendException refused(@Nullable Duration retryAfter) {
    String call = requestId == null ? request.call() : request.call() + ", " + requestId;
    String text = BackendException.withCall(message, call);
    return BackendException.answered(service, status, text, request.isWrite(), retryAfter);
  }

  /**
   * Returns this answer if it is a success.
   *
   * @throws BackendException as {@link #refused} otherwise
   */
  public ServiceResponse orRefused() {
    if (!isSuccess()) {
      throw refused();
    }
    return this;
  }
}

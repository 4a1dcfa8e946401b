package doni.openstack;

import doni.backend.BackendException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a service answered.
 *
 * @param service its name
 * @param request what was asked
 * @param body missing (never null) where there was none, or none that is JSON
 * @param message the service's own words, found in whatever shape it wraps them in; bounded
 * @param requestId the service's id of the request, for its operator
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

  /** What a caller throws that can do nothing with this answer. */
  public BackendException refused() {
    String id = requestId == null ? "" : " (" + requestId + ")";
    return BackendException.answered(
        service,
        status,
        String.format(Locale.ROOT, "%s answered %d: %s%s", service, status, message, id),
        request.isWrite(),
        null);
  }

  /**
   * This answer, if it is a success.
   *
   * @throws BackendException as {@link #refused} if not
   */
  public ServiceResponse orRefused() {
    if (!isSuccess()) {
      throw refused();
    }
    return this;
  }
}

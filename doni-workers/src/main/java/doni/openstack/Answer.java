package doni.openstack;

import doni.worker.RemoteException;
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
public record Answer(
    String service,
    Request request,
    int status,
    JsonNode body,
    String message,
    @Nullable String requestId) {

  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** What a caller throws that can do nothing with this answer. */
  public RemoteException refused() {
    String id = requestId == null ? "" : " (" + requestId + ")";
    return RemoteException.answered(
        service,
        status,
        String.format(Locale.ROOT, "%s answered %d: %s%s", service, status, message, id),
        request.isWrite(),
        null);
  }

  /**
   * This answer, if it is a success.
   *
   * @throws RemoteException as {@link #refused} if not
   */
  public Answer orRefused() {
    if (!isSuccess()) {
      throw refused();
    }
    return this;
  }
}

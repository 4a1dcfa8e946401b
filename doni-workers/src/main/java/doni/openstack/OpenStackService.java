package doni.openstack;

import doni.worker.LanePause;
import java.util.Optional;

/** One OpenStack service at the site. */
public interface OpenStackService {

  /**
   * Makes one call. A request is repeated only where that is safe: once with a new token after 401,
   * and once when it was a read whose pooled connection turned out to be dead.
   *
   * @return whatever the service answered, unless it says that the service is down or drowning, or
   *     does not know us
   * @throws doni.backend.BackendException when there was no answer, the circuit is open, or the
   *     answer was 401 with a new token too, 429, 502, 503 or 504
   */
  ServiceResponse send(ServiceRequest request);

  /**
   * The id of the project that our token is for.
   *
   * @throws doni.backend.BackendException when Keystone cannot be asked for a token
   */
  String projectId();

  /**
   * Whether our token has the role {@code admin}: to others, some services look empty instead of
   * refusing to answer.
   *
   * @throws doni.backend.BackendException when Keystone cannot be asked for a token
   */
  boolean isAdmin();

  /** Why nothing is sent at the moment, while the circuit is open; from memory. */
  Optional<LanePause> hold();
}

package doni.openstack;

import doni.worker.LanePause;
import java.util.Optional;

/** One OpenStack service of the site. */
public interface OpenStackService {

  /**
   * Makes one call. It is repeated only where that is safe: once with a new token after 401, and
   * once if it is a read whose pooled connection was dead.
   *
   * @return every answer that is about the request
   * @throws doni.backend.BackendException if there is no answer, the circuit is open, or the answer
   *     is 429, 502, 503, 504, or 401 with a new token too
   */
  ServiceResponse send(ServiceRequest request);

  /**
   * Returns the id of the project that the service user's token is scoped to.
   *
   * @throws doni.backend.BackendException if Keystone gives no token
   */
  String projectId();

  /**
   * Returns whether the service user's token has the role {@code admin}. To other users, some
   * services show an empty list instead of refusing.
   *
   * @throws doni.backend.BackendException if Keystone gives no token
   */
  boolean isAdmin();

  /** Returns why nothing is sent at the moment, while the circuit is open; from memory. */
  Optional<LanePause> lanePause();
}

package doni.openstack;

import doni.enrollment.Secret;
import java.time.Instant;
import java.util.Set;

/**
 * A login that succeeded.
 *
 * @param projectId of the project that the token is for
 * @param roles in that project, by name
 * @param startedAt when it was asked for
 */
record ServiceUserToken(
    Secret token,
    String projectId,
    Set<String> roles,
    ServiceCatalog catalog,
    Instant startedAt,
    Instant expiresAt) {

  ServiceUserToken {
    roles = Set.copyOf(roles);
  }
}

package doni.openstack;

import doni.device.Secret;
import java.time.Instant;
import java.util.Set;

/**
 * A login that succeeded.
 *
 * @param projectId of the project that the token is for
 * @param roles in that project, by name
 * @param startedAt when it was asked for
 */
record Session(
    Secret token,
    String projectId,
    Set<String> roles,
    Catalog catalog,
    Instant startedAt,
    Instant expiresAt) {

  Session {
    roles = Set.copyOf(roles);
  }
}

package doni.openstack;

import doni.device.Secret;
import java.time.Instant;

/**
 * A login that succeeded.
 *
 * @param projectId of the project that the token is for
 * @param startedAt when it was asked for
 */
record Session(
    Secret token, String projectId, Catalog catalog, Instant startedAt, Instant expiresAt) {}

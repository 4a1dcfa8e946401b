package doni.simulator.blazar;

/**
 * Who sends a request.
 *
 * @param trusting whether Keystone makes trusts in the name of this token: not for one of an
 *     application credential
 */
public record Caller(String userId, String projectId, boolean admin, boolean trusting) {}

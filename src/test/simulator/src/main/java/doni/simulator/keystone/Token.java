package doni.simulator.keystone;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A token that was issued.
 *
 * @param scoped whether it is for the user's project; without it has no project, roles or catalog
 */
record Token(
    String id,
    String auditId,
    User user,
    boolean scoped,
    List<String> methods,
    Optional<ApplicationCredential> credential,
    Instant issuedAt,
    Instant expiresAt) {

  Token {
    methods = List.copyOf(methods);
  }

  boolean isAdmin() {
    return scoped && user.roles().contains("admin");
  }

  /** Without the id, which is the secret. */
  @Override
  public String toString() {
    return "Token[" + user.name() + ", until " + expiresAt + "]";
  }
}

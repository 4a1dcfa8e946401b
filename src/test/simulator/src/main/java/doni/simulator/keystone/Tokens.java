package doni.simulator.keystone;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The tokens that are good. */
final class Tokens {

  private final Clock clock;
  private final Map<String, Token> issued = new ConcurrentHashMap<>();
  private volatile Duration lifetime = Duration.ofHours(1);

  Tokens(Clock clock) {
    this.clock = clock;
  }

  void lifetime(Duration of) {
    lifetime = of;
  }

  Token issue(Login login) {
    Instant now = clock.instant();
    // A token made of a token lives no longer than that one.
    Instant expires =
        login
            .basedOn()
            .map(Token::expiresAt)
            .filter(end -> end.isBefore(now.plus(lifetime)))
            .orElse(now.plus(lifetime));
    Token token =
        new Token(
            "gAAAAAB" + Directory.hex(80),
            Directory.hex(11),
            login.user(),
            login.scoped(),
            login.methods(),
            login.credential(),
            now,
            expires);
    issued.put(token.id(), token);
    return token;
  }

  /** The token with this id, while it is good. */
  Optional<Token> find(String id) {
    Optional<Token> found = Optional.ofNullable(issued.get(id));
    if (found.isPresent() && !found.get().expiresAt().isAfter(clock.instant())) {
      issued.remove(id);
      return Optional.empty();
    }
    return found;
  }

  /** Makes a token worthless at once; false when it is so already. */
  boolean revoke(String id) {
    return issued.remove(id) != null;
  }

  void revokeAll() {
    issued.clear();
  }

  /** A login that succeeded. */
  record Login(
      User user,
      boolean scoped,
      List<String> methods,
      Optional<ApplicationCredential> credential,
      Optional<Token> basedOn) {

    Login {
      methods = List.copyOf(methods);
    }

    /** A login at an identity provider gives a token without a project. */
    static Login federated(User user, String protocol) {
      return new Login(user, false, List.of(protocol), Optional.empty(), Optional.empty());
    }

    static Login withPassword(User user, boolean scoped) {
      return new Login(user, scoped, List.of("password"), Optional.empty(), Optional.empty());
    }
  }
}

package doni.console;

import doni.enrollment.Secret;
import doni.secret.SecretEncryptor;
import doni.secret.SecretEncryptor.UnreadableSecretException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;

/**
 * What a session keeps: tokens, encrypted so that they open in that session only. Who the caller
 * is, is asked of Keystone at each request, as for a request with a token.
 */
final class ConsoleSession {

  /** The tokens that a session can have. */
  private enum SessionTokenKind {
    /** Of the user, from the login; it lists projects and is exchanged for the other one. */
    IDENTITY,
    /** Of the user in the chosen project; requests are made with it. */
    PROJECT
  }

  private final SecretEncryptor encryptor;
  private final Clock clock;
  private final Duration lifetime;
  private final SessionRepository<? extends Session> stored;

  ConsoleSession(
      SecretEncryptor encryptor,
      Clock clock,
      Duration lifetime,
      SessionRepository<? extends Session> stored) {
    this.encryptor = encryptor;
    this.clock = clock;
    this.lifetime = lifetime;
    this.stored = stored;
  }

  /**
   * Starts a session with a new id, which ends the session that the request had.
   *
   * @param identity null for a login that cannot choose another project
   * @param project null until a project is chosen
   */
  void start(HttpServletRequest request, @Nullable Secret identity, @Nullable Secret project) {
    end(request);
    HttpSession session = request.getSession(true);
    store(session, SessionTokenKind.IDENTITY, identity);
    store(session, SessionTokenKind.PROJECT, project);
  }

  void end(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    if (session != null) {
      session.invalidate();
    }
  }

  Optional<Secret> identityToken(HttpServletRequest request) {
    return token(request, SessionTokenKind.IDENTITY);
  }

  Optional<Secret> projectToken(HttpServletRequest request) {
    return token(request, SessionTokenKind.PROJECT);
  }

  /**
   * Returns whether the session of a request that takes long is still there: it may have ended on
   * another replica.
   */
  boolean continues(HttpServletRequest request) {
    HttpSession session = request.getSession(false);
    if (session == null) {
      return false;
    }
    Session present = stored.findById(session.getId());
    return present != null
        && !present.isExpired()
        && clock.instant().isBefore(present.getCreationTime().plus(lifetime));
  }

  private void store(HttpSession session, SessionTokenKind kind, @Nullable Secret token) {
    if (token != null) {
      session.setAttribute(
          kind.name(), encryptor.encryptSessionValue(session.getId(), kind.name(), token));
    }
  }

  private Optional<Secret> token(HttpServletRequest request, SessionTokenKind kind) {
    HttpSession session = request.getSession(false);
    if (session == null) {
      return Optional.empty();
    }
    Instant end = Instant.ofEpochMilli(session.getCreationTime()).plus(lifetime);
    if (!clock.instant().isBefore(end)) {
      session.invalidate();
      return Optional.empty();
    }
    try {
      return session.getAttribute(kind.name()) instanceof String stored
          ? Optional.of(encryptor.decryptSessionValue(session.getId(), kind.name(), stored))
          : Optional.empty();
    } catch (UnreadableSecretException _) {
      // Its key was removed from doni.secrets.keys.
      session.invalidate();
      return Optional.empty();
    }
  }
}

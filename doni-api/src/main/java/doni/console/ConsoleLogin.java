package doni.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import doni.api.auth.ClientNetwork;
import doni.api.auth.TokenValidation;
import doni.api.auth.TokenValidation.TokenValidator;
import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.KeystoneUserLogin;
import doni.openstack.KeystoneUserLogin.UserProject;
import doni.openstack.KeystoneUserLogin.UserToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges credentials for tokens: at Keystone, or by the configuration's static tokens where no
 * Keystone is configured.
 *
 * <p>A {@linkplain ClientNetwork network} may fail {@value #ALLOWED_FAILURES} times in five minutes
 * at one replica. That is a brake on guessing; locking out a user is left to Keystone.
 */
final class ConsoleLogin {

  static final int ALLOWED_FAILURES = 10;

  private static final Logger LOG = LoggerFactory.getLogger(ConsoleLogin.class);
  private static final Duration MEMORY = Duration.ofMinutes(5);
  private static final long MAX_ADDRESSES = 10_000;

  /** What a user enters. */
  sealed interface Credentials {

    record Password(String user, Secret password, String domain) implements Credentials {}

    record ApplicationCredential(String id, Secret secret) implements Credentials {}

    record ConfiguredToken(Secret token) implements Credentials {}

    /** An unscoped token of Keystone, from a single sign-on. */
    record FederatedToken(Secret token) implements Credentials {}
  }

  /** The result of a login. */
  sealed interface LoginResult {

    /**
     * The user is logged in.
     *
     * @param identity null if the user cannot choose another project
     */
    record LoggedIn(@Nullable Secret identity, Secret project) implements LoginResult {}

    /** The user must choose one of several projects. */
    record ProjectNeeded(Secret identity) implements LoginResult {}

    record Refused() implements LoginResult {}

    /** The credentials are right, but the user has no role in any project. */
    record MissingProject() implements LoginResult {}

    record TooManyFailures() implements LoginResult {}

    /** Keystone does not answer. */
    record Unavailable() implements LoginResult {}
  }

  private final @Nullable KeystoneUserLogin keystone;
  private final TokenValidator tokens;
  private final Cache<String, AtomicInteger> failures;

  /**
   * @param keystone null where static tokens are configured
   */
  ConsoleLogin(@Nullable KeystoneUserLogin keystone, TokenValidator tokens, Ticker ticker) {
    this.keystone = keystone;
    this.tokens = tokens;
    this.failures =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  /** Returns whether users log in at Keystone, and not with a static token. */
  boolean atKeystone() {
    return keystone != null;
  }

  /** Returns the domain of users who do not name theirs; empty without Keystone. */
  String defaultDomain() {
    return keystone == null ? "" : keystone.defaultDomain();
  }

  /**
   * Logs a user in.
   *
   * @param address of the client
   */
  LoginResult logIn(Credentials credentials, String address) {
    AtomicInteger failed = failures.get(ClientNetwork.of(address), _ -> new AtomicInteger());
    if (failed.get() >= ALLOWED_FAILURES) {
      return new LoginResult.TooManyFailures();
    }
    try {
      LoginResult result = answer(credentials);
      if (result instanceof LoginResult.Refused) {
        failed.incrementAndGet();
      }
      return result;
    } catch (BackendException e) {
      LOG.warn("A user cannot log in to the console: {}", e.getMessage());
      return new LoginResult.Unavailable();
    }
  }

  private LoginResult answer(Credentials credentials) {
    if (keystone == null) {
      return credentials instanceof Credentials.ConfiguredToken(Secret token)
          ? of(token)
          : refused();
    }
    return atKeystone(keystone, credentials);
  }

  private static LoginResult atKeystone(KeystoneUserLogin keystone, Credentials credentials) {
    return switch (credentials) {
      case Credentials.ConfiguredToken _ -> refused();
      case Credentials.ApplicationCredential(String id, Secret secret) ->
          keystone
              .withApplicationCredential(id, secret)
              .<LoginResult>map(token -> new LoginResult.LoggedIn(null, token.token()))
              .orElseGet(ConsoleLogin::refused);
      case Credentials.Password(String user, Secret password, String domain) ->
          keystone
              .withPassword(user, password, domain)
              .map(identity ->
                  chooseProject(keystone, identity.token(), keystone.projects(identity.token())))
              .orElseGet(ConsoleLogin::refused);
      case Credentials.FederatedToken(Secret token) ->
          keystone
              .projectsIfValid(token)
              .map(projects -> chooseProject(keystone, token, projects))
              .orElseGet(ConsoleLogin::refused);
    };
  }

  private LoginResult of(Secret token) {
    return tokens.validate(token) instanceof TokenValidation.Valid
        ? new LoginResult.LoggedIn(null, token)
        : refused();
  }

  private static LoginResult refused() {
    return new LoginResult.Refused();
  }

  private static LoginResult chooseProject(
      KeystoneUserLogin keystone, Secret identity, List<UserProject> projects) {
    return switch (projects.size()) {
      case 0 -> new LoginResult.MissingProject();
      case 1 ->
          keystone
              .forProject(identity, projects.getFirst().id())
              .<LoginResult>map(token -> new LoginResult.LoggedIn(null, token.token()))
              .orElseGet(LoginResult.MissingProject::new);
      default -> new LoginResult.ProjectNeeded(identity);
    };
  }

  /**
   * Returns the projects that a user may choose.
   *
   * @throws BackendException if Keystone does not answer
   */
  List<UserProject> projects(Secret identity) {
    return keystone == null ? List.of() : keystone.projects(identity);
  }

  /**
   * Returns a token for a project.
   *
   * @return empty if the user has no role there, or the login has expired
   * @throws BackendException if Keystone does not answer
   */
  Optional<Secret> choose(Secret identity, String projectId) {
    return keystone == null
        ? Optional.empty()
        : keystone.forProject(identity, projectId).map(UserToken::token);
  }

  /** Revokes a token that a login returned; if that fails, the token ends by itself. */
  void logOut(Secret token) {
    if (keystone == null) {
      return;
    }
    try {
      keystone.revoke(token);
    } catch (BackendException e) {
      LOG.debug("A token cannot be revoked: {}", e.getMessage());
    }
  }
}

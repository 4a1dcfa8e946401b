package doni.openstack;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.enrollment.Secret;
import doni.worker.Finding;
import doni.worker.LanePause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openstack4j.api.identity.v3.IdentityService;
import org.openstack4j.core.transport.Config;
import org.openstack4j.model.identity.v3.Domain;
import org.openstack4j.model.identity.v3.Project;
import org.openstack4j.model.identity.v3.Token;
import org.openstack4j.model.identity.v3.User;
import org.openstack4j.openstack.OSFactory;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

/**
 * The process's one session with Keystone: the service user's token, which validates callers'
 * tokens, finds projects and calls services.
 *
 * <p>The token is renewed a minute before it expires, or when Keystone or a service refuses it, by
 * one login however many callers wait for it. All calls share one {@link BackendGuard}.
 */
public final class KeystoneSession {

  static final String SERVICE = "keystone";

  private static final int CONCURRENCY = 20;
  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(5);

  /** No call lasts longer than the rest of the token's life. */
  private static final Duration RENEWAL_MARGIN = Duration.ofMinutes(1);

  /** Keystone's default is an hour. */
  private static final Duration SHORT_LIFETIME = Duration.ofMinutes(5);

  /** Fernet tokens have about 250 characters, JWS tokens up to 2,000. */
  private static final int MAX_TOKEN_LENGTH = 4_096;

  private final KeystoneProperties keystone;
  private final Clock clock;
  private final BackendGuard guard;
  private final Config config;
  private final KeystoneLogin login;
  private final ReentrantLock renewal = new ReentrantLock();
  private volatile @Nullable ServiceUserToken current;

  /**
   * A caller's token that Keystone knows.
   *
   * @param projectId null if the token is not scoped to a project
   * @param attributes {@code user_id}, {@code project_name} and so on, as far as Keystone has them
   * @param applicationCredentialId the application credential by which it was issued; null for
   *     another kind of login
   */
  public record ValidatedToken(
      String userId,
      String userName,
      @Nullable String projectId,
      Set<String> roles,
      Map<String, String> attributes,
      Instant expiresAt,
      @Nullable String applicationCredentialId) {

    public ValidatedToken {
      roles = Set.copyOf(roles);
      attributes = Map.copyOf(attributes);
    }

    private static ValidatedToken of(Token token) {
      User user = token.getUser();
      Project project = token.getProject();
      Map<String, String> attributes = new HashMap<>();
      put(attributes, "user_id", user.getId());
      put(attributes, "user_name", user.getName());
      put(attributes, "user_domain_id", id(user.getDomain()));
      if (project != null) {
        put(attributes, "project_id", project.getId());
        put(attributes, "project_name", project.getName());
        put(attributes, "project_domain_id", id(project.getDomain()));
      }
      return new ValidatedToken(
          user.getId(),
          user.getName(),
          project == null ? null : project.getId(),
          KeystoneLogin.roles(token),
          attributes,
          token.getExpires().toInstant(),
          token instanceof DescribedToken described ? described.applicationCredentialId() : null);
    }

    private static @Nullable String id(@Nullable Domain domain) {
      return domain == null ? null : domain.getId();
    }

    private static void put(Map<String, String> attributes, String name, @Nullable String value) {
      if (value != null) {
        attributes.put(name, value);
      }
    }
  }

  /** Creates the session; the first call logs in. */
  public KeystoneSession(
      KeystoneProperties keystone, MeterRegistry meters, Tracer tracer, Clock clock) {
    this.keystone = keystone;
    this.clock = clock;
    this.guard = new BackendGuard(SERVICE, CONCURRENCY, CIRCUIT_OPEN_FOR, meters, tracer, clock);
    HttpCalls http = new HttpCalls(SERVICE, keystone.connectTimeout(), keystone.readTimeout());
    this.config =
        Config.newConfig()
            .withEndpointURLResolver(
                new KeystoneConnector.Route(
                    keystone.identityUrl(), new ServiceExchange(SERVICE, http, clock), guard));
    this.login = new KeystoneLogin(keystone, config, clock);
  }

  /**
   * Returns whether a text can be a token: Keystone's token providers use the alphabets of Base64,
   * plain and for URLs, and dots.
   */
  public static boolean isPlausible(Secret token) {
    String value = token.value();
    return !value.isEmpty()
        && value.length() <= MAX_TOKEN_LENGTH
        && value
            .chars()
            .allMatch(c ->
                (c >= 'A' && c <= 'Z')
                    || (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || "-_.+/=~".indexOf(c) >= 0);
  }

  /**
   * Validates a caller's token ({@code GET /v3/auth/tokens}).
   *
   * @return empty if Keystone does not know the token
   * @throws BackendException if Keystone does not answer, or not about this token
   */
  public Optional<ValidatedToken> validate(Secret token) {
    try {
      return Optional.ofNullable(ask(identity -> identity.tokens().get(token.value())))
          .map(ValidatedToken::of);
    } catch (BackendException e) {
      if (e.kind() == BackendException.Kind.STATUS && e.status() == 403) {
        throw BackendException.answered(
            SERVICE, 403, "the service user may not validate tokens: " + e.text(), false, null);
      }
      throw e;
    }
  }

  /** Returns the logins of users, which share this session's connection to Keystone. */
  public KeystoneUserLogin userLogin() {
    return new KeystoneUserLogin(keystone, config);
  }

  /**
   * Checks the login.
   *
   * @throws BackendException if Keystone does not answer or refuses the login
   */
  public List<Finding> check() {
    ServiceUserToken token = token();
    List<String> types = token.catalog().types();
    Finding accepted =
        new Finding.Ok(
            "%s accepts the login: project %s, roles %s, catalog: %s"
                .formatted(
                    keystone.identityUrl(),
                    token.projectId(),
                    new TreeSet<>(token.roles()),
                    types.isEmpty() ? "no service" : String.join(", ", types)));
    Duration lifetime = Duration.between(token.startedAt(), token.expiresAt());
    return lifetime.compareTo(SHORT_LIFETIME) >= 0
        ? List.of(accepted)
        : List.of(
            accepted,
            new Finding.Warning(
                "the service user's token lives %d s only, so that Doni logs in again and again"
                    .formatted(lifetime.toSeconds()),
                "raise expiration in the section [token] of keystone.conf"));
  }

  /**
   * Returns the service user's token, which lasts for at least a minute.
   *
   * @throws BackendException if Keystone does not answer or refuses the login; nothing was written
   */
  ServiceUserToken token() {
    return newerThan(Instant.MIN, null);
  }

  /** Returns another token than the one that Keystone or a service has refused. */
  ServiceUserToken tokenAfter(ServiceUserToken refused) {
    return newerThan(Instant.MIN, refused.token());
  }

  /** Returns a token of that moment or later, whose catalog may be newer. */
  ServiceUserToken tokenSince(Instant moment) {
    return newerThan(moment, null);
  }

  /** Returns why no call is made at the moment; from memory. */
  Optional<LanePause> lanePause() {
    return login.pause().or(guard::lanePause);
  }

  /** Asks Keystone, and repeats the question once with a new token after 401. */
  <T> @Nullable T ask(Function<IdentityService, @Nullable T> question) {
    ServiceUserToken used = token();
    try {
      return question.apply(identity(used));
    } catch (BackendException e) {
      if (e.kind() != BackendException.Kind.STATUS || e.status() != 401) {
        throw e;
      }
      return question.apply(identity(tokenAfter(used)));
    }
  }

  /** openstack4j binds a client to its thread, so each call has its own. */
  private IdentityService identity(ServiceUserToken token) {
    KeystoneToken bare = new KeystoneToken();
    bare.setId(token.token().value());
    bare.setEndpoint(keystone.identityUrl());
    return OSFactory.clientFromToken(bare, config).identity();
  }

  private ServiceUserToken newerThan(Instant moment, @Nullable Secret refused) {
    ServiceUserToken usable = usable(moment, refused);
    if (usable != null) {
      return usable;
    }
    renewal.lock();
    try {
      ServiceUserToken renewed = usable(moment, refused);
      if (renewed == null) {
        renewed = login.logIn();
        current = renewed;
      }
      return renewed;
    } finally {
      renewal.unlock();
    }
  }

  private @Nullable ServiceUserToken usable(Instant moment, @Nullable Secret refused) {
    ServiceUserToken token = current;
    boolean good =
        token != null
            && token.expiresAt().isAfter(clock.instant().plus(renewalMargin(token)))
            && !token.startedAt().isBefore(moment)
            && !token.token().equals(refused);
    return good ? token : null;
  }

  /** A fixed margin would make a token of a minute useless: each call would log in. */
  private static Duration renewalMargin(ServiceUserToken token) {
    Duration quarter = Duration.between(token.startedAt(), token.expiresAt()).dividedBy(4);
    return quarter.compareTo(RENEWAL_MARGIN) < 0 ? quarter : RENEWAL_MARGIN;
  }
}

package doni.openstack;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.enrollment.Secret;
import doni.worker.LanePause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Our login to Keystone (Identity API v3, {@code POST /v3/auth/tokens}), shared by all services:
 * one token, renewed shortly before it expires or when a service refuses it, by one login however
 * many wait for it.
 *
 * <p>A login that Keystone refuses is not repeated for half a minute: the same credentials are
 * refused again, and Keystone may lock a user out who fails too often.
 */
final class KeystoneLogin {

  static final String SERVICE = "identity";

  private static final int CONCURRENCY = 10;
  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(5);

  /** The token is renewed so long before it expires: no call lasts longer. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(30);

  private final KeystoneProperties keystone;
  private final Clock clock;
  private final ServiceExchange exchange;
  private final BackendGuard remote;
  private final ReentrantLock login = new ReentrantLock();
  private volatile @Nullable ServiceUserToken session;
  private volatile @Nullable LanePause refusal;

  KeystoneLogin(KeystoneProperties keystone, MeterRegistry meters, Tracer tracer, Clock clock) {
    this.keystone = keystone;
    this.clock = clock;
    this.exchange =
        new ServiceExchange(
            SERVICE,
            new HttpCalls(SERVICE, keystone.connectTimeout(), keystone.readTimeout()),
            clock);
    this.remote = new BackendGuard(SERVICE, CONCURRENCY, CIRCUIT_OPEN_FOR, meters, tracer, clock);
  }

  /**
   * The login in force.
   *
   * @throws BackendException when Keystone does not answer or refuses us; nothing was written then
   */
  ServiceUserToken session() {
    return newerThan(Instant.MIN, null);
  }

  /** Another login than the one whose token a service has refused. */
  ServiceUserToken after(ServiceUserToken refused) {
    return newerThan(Instant.MIN, refused.token());
  }

  /** A login of that moment or later: its catalog may know more. */
  ServiceUserToken since(Instant moment) {
    return newerThan(moment, null);
  }

  /** Why nobody gets a token at the moment; from memory. */
  Optional<LanePause> hold() {
    LanePause current = refusal;
    boolean lasts =
        current != null
            && current.until() != null
            && clock.instant().isBefore(Objects.requireNonNull(current.until()));
    return lasts ? Optional.ofNullable(current) : remote.hold();
  }

  /** A read of Keystone itself, with our token. */
  ServiceResponse get(String path) {
    ServiceUserToken used = session();
    ServiceResponse answer = send(ServiceRequest.get(path), Optional.of(used.token())).answer();
    return answer.status() == 401
        ? send(ServiceRequest.get(path), Optional.of(after(used).token())).answer()
        : answer;
  }

  private ServiceUserToken newerThan(Instant moment, @Nullable Secret refused) {
    ServiceUserToken usable = usable(moment, refused);
    if (usable != null) {
      return usable;
    }
    login.lock();
    try {
      ServiceUserToken renewed = usable(moment, refused);
      if (renewed == null) {
        renewed = logIn();
        session = renewed;
      }
      return renewed;
    } finally {
      login.unlock();
    }
  }

  private @Nullable ServiceUserToken usable(Instant moment, @Nullable Secret refused) {
    ServiceUserToken current = session;
    boolean good =
        current != null
            && current.expiresAt().isAfter(clock.instant().plus(MARGIN))
            && !current.startedAt().isBefore(moment)
            && !current.token().equals(refused);
    return good ? current : null;
  }

  private ServiceUserToken logIn() {
    LanePause current = refusal;
    Instant now = clock.instant();
    if (current != null && current.until() != null && now.isBefore(current.until())) {
      throw refused(current, now);
    }
    ServiceExchange.Result result =
        send(ServiceRequest.post("/auth/tokens", credentials()), Optional.empty());
    ServiceResponse answer = result.answer();
    if (answer.isSuccess()) {
      refusal = null;
      return read(answer.body(), result.headers().get("X-Subject-Token"), now);
    }
    if (answer.status() >= 500) {
      throw BackendException.answered(SERVICE, answer.status(), answer.message(), false, null);
    }
    LanePause refusedNow =
        new LanePause(
            "Keystone refuses our login (%d: %s): check %s"
                .formatted(answer.status(), answer.message(), keys()),
            now.plus(PAUSE_AFTER_REFUSAL));
    refusal = refusedNow;
    throw refused(refusedNow, now);
  }

  private static BackendException refused(LanePause hold, Instant now) {
    Instant until = hold.until();
    Duration left = until == null ? PAUSE_AFTER_REFUSAL : Duration.between(now, until);
    return BackendException.notSent(SERVICE, hold.reason(), left);
  }

  private ServiceExchange.Result send(ServiceRequest request, Optional<Secret> token) {
    return remote.call(
        request.method(), () -> exchange.send(keystone.identityUrl(), request, token));
  }

  private static ServiceUserToken read(JsonNode body, @Nullable String token, Instant askedAt) {
    JsonNode content = body.path("token");
    String project = content.path("project").path("id").asString("");
    Instant expiresAt = instant(content.path("expires_at").asString(""));
    if (token == null || project.isEmpty() || expiresAt == null) {
      throw BackendException.answered(
          SERVICE, 200, "the token lacks its id, project or expiry", false, null);
    }
    ServiceCatalog catalog = ServiceCatalog.read(content.path("catalog"));
    return new ServiceUserToken(
        new Secret(token), project, roles(content.path("roles")), catalog, askedAt, expiresAt);
  }

  private static Set<String> roles(JsonNode roles) {
    return roles
        .valueStream()
        .map(role -> role.path("name").asString(""))
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static @Nullable Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException _) {
      return null;
    }
  }

  private String keys() {
    return keystone.passwordLogin()
        ? "doni.keystone.username, .password, .user-domain-name, .project-name and .project-domain-name"
        : "doni.keystone.application-credential-id and .application-credential-secret";
  }

  private Map<String, Object> credentials() {
    return Map.of("auth", keystone.passwordLogin() ? password() : applicationCredential());
  }

  private Map<String, Object> password() {
    Map<String, Object> user =
        Map.of(
            "name", Objects.requireNonNull(keystone.serviceUser()),
            "domain", Map.of("name", keystone.userDomainName()),
            "password", Objects.requireNonNull(keystone.password()));
    Map<String, Object> project =
        Map.of(
            "name", keystone.projectName(),
            "domain", Map.of("name", keystone.projectDomainName()));
    return Map.of(
        "identity", Map.of("methods", List.of("password"), "password", Map.of("user", user)),
        "scope", Map.of("project", project));
  }

  /** It names no scope: the credential has its own. */
  private Map<String, Object> applicationCredential() {
    Map<String, Object> credential =
        Map.of(
            "id", Objects.requireNonNull(keystone.applicationCredentialId()),
            "secret", Objects.requireNonNull(keystone.applicationCredentialSecret()));
    return Map.of(
        "identity",
        Map.of("methods", List.of("application_credential"), "application_credential", credential));
  }
}

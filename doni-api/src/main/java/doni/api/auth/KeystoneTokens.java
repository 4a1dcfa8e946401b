package doni.api.auth;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.enrollment.Secret;
import doni.openstack.KeystoneProperties;
import doni.policy.Caller;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openstack4j.api.OSClient;
import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.api.client.CloudProvider;
import org.openstack4j.api.exceptions.ResponseException;
import org.openstack4j.api.types.Facing;
import org.openstack4j.core.transport.Config;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.identity.v3.Project;
import org.openstack4j.model.identity.v3.Role;
import org.openstack4j.model.identity.v3.Token;
import org.openstack4j.model.identity.v3.User;
import org.openstack4j.openstack.OSFactory;
import org.openstack4j.openstack.internal.OSAuthenticator;

/**
 * Asks Keystone, as the service user: {@code GET /v3/auth/tokens} with the token as {@code
 * X-Subject-Token}.
 *
 * <p>What Keystone's answers mean (Identity API v3, "Validate and show information for token"):
 * 200, the token is valid; 404, it is not; 401, the service user's own token is not, which
 * openstack4j renews once, repeating the call; all else, and a login that fails, is no answer about
 * the token.
 *
 * <p>openstack4j binds a client to its thread, so each call binds its own.
 */
final class KeystoneTokens implements TokenValidator {

  private static final String SERVICE = "keystone";

  /** The service token is renewed so long before it expires. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final KeystoneProperties properties;
  private final String endpoint;
  private final Config config;
  private final BackendGuard remote;
  private final Clock clock;
  private final ReentrantLock login = new ReentrantLock();
  private volatile @Nullable Token serviceToken;

  KeystoneTokens(KeystoneProperties properties, BackendGuard remote, Clock clock) {
    this.properties = properties;
    this.endpoint = properties.identityUrl();
    this.config =
        Config.newConfig()
            .withConnectionTimeout(Math.toIntExact(properties.connectTimeout().toMillis()))
            .withReadTimeout(Math.toIntExact(properties.readTimeout().toMillis()))
            .withEndpointURLResolver(new SingleEndpoint(endpoint));
    this.remote = remote;
    this.clock = clock;
  }

  @Override
  public TokenValidation validate(Secret token) {
    try {
      return remote.call("GET", () -> ask(token));
    } catch (BackendException e) {
      return new TokenValidation.Unanswered(e);
    }
  }

  private TokenValidation ask(Secret token) {
    try {
      OSClientV3 client = OSFactory.clientFromToken(serviceToken(), config);
      Token found = client.identity().tokens().get(token.value());
      serviceToken = client.getToken();
      return found == null ? new TokenValidation.Refused() : verdict(found);
    } catch (ResponseException e) {
      throw failure(e);
    }
  }

  private Token serviceToken() {
    Token usable = usable();
    if (usable != null) {
      return usable;
    }
    login.lock();
    try {
      Token renewed = usable();
      if (renewed == null) {
        renewed = logIn();
        serviceToken = renewed;
      }
      return renewed;
    } finally {
      login.unlock();
    }
  }

  private @Nullable Token usable() {
    Token token = serviceToken;
    boolean lasts =
        token != null && token.getExpires().toInstant().isAfter(clock.instant().plus(MARGIN));
    return lasts ? token : null;
  }

  private Token logIn() {
    return properties.passwordLogin() ? withPassword() : withApplicationCredential();
  }

  private Token withApplicationCredential() {
    var login =
        new ApplicationCredentialLogin(
            Objects.requireNonNull(properties.applicationCredentialId()),
            Objects.requireNonNull(properties.applicationCredentialSecret()));
    OSClient<?> client =
        OSAuthenticator.invoke(login, endpoint, Facing.PUBLIC, config, CloudProvider.UNKNOWN);
    return ((OSClientV3) client).getToken();
  }

  private Token withPassword() {
    return OSFactory.builderV3()
        .withConfig(config)
        .endpoint(endpoint)
        .credentials(
            properties.serviceUser(),
            Objects.requireNonNull(properties.password()).value(),
            Identifier.byName(properties.userDomainName()))
        .scopeToProject(
            Identifier.byName(properties.projectName()),
            Identifier.byName(properties.projectDomainName()))
        .authenticate()
        .getToken();
  }

  private TokenValidation verdict(Token token) {
    Project project = token.getProject();
    Instant expiresAt = token.getExpires().toInstant();
    if (project == null || !expiresAt.isAfter(clock.instant())) {
      return new TokenValidation.Refused();
    }
    User user = token.getUser();
    Set<String> roles =
        token.getRoles().stream().map(Role::getName).collect(Collectors.toUnmodifiableSet());
    Map<String, String> attributes = attributes(user, project);
    Caller caller =
        new Caller(user.getId(), user.getName(), project.getId(), roles, attributes, "");
    return new TokenValidation.Vouched(caller, expiresAt);
  }

  private static Map<String, String> attributes(User user, Project project) {
    Map<String, String> attributes = new HashMap<>();
    put(attributes, "user_id", user.getId());
    put(attributes, "user_name", user.getName());
    put(attributes, "user_domain_id", user.getDomain() == null ? null : user.getDomain().getId());
    put(attributes, "project_id", project.getId());
    put(attributes, "project_name", project.getName());
    put(
        attributes,
        "project_domain_id",
        project.getDomain() == null ? null : project.getDomain().getId());
    return attributes;
  }

  private static void put(Map<String, String> attributes, String name, @Nullable String value) {
    if (value != null) {
      attributes.put(name, value);
    }
  }

  /** Without openstack4j's text and cause, which may quote the request. */
  private static BackendException failure(ResponseException e) {
    if (e.getStatus() > 0) {
      String text =
          switch (e.getStatus()) {
            case 401 -> "Keystone refuses the service user (401)";
            case 403 -> "Keystone does not let the service user validate tokens (403)";
            default -> "Keystone answered " + e.getStatus();
          };
      return BackendException.answered(SERVICE, e.getStatus(), text, false, null);
    }
    boolean late = isTimeout(e);
    BackendException.Kind kind =
        late ? BackendException.Kind.TIMEOUT : BackendException.Kind.CONNECTION;
    String text = late ? "Keystone did not answer in time" : "no connection to Keystone";
    return BackendException.unanswered(SERVICE, kind, text, false, null);
  }

  /** OkHttp's time-out has a closed socket for its cause, so the whole chain counts. */
  private static boolean isTimeout(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof InterruptedIOException) {
        return true;
      }
    }
    return false;
  }
}

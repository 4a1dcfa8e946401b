package doni.openstack;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRootName;
import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.ServiceUserToken.ServiceCatalog;
import doni.worker.LanePause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.api.client.CloudProvider;
import org.openstack4j.api.types.Facing;
import org.openstack4j.core.transport.Config;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.identity.v3.Authentication;
import org.openstack4j.model.identity.v3.Role;
import org.openstack4j.model.identity.v3.Token;
import org.openstack4j.openstack.OSFactory;
import org.openstack4j.openstack.common.Auth;
import org.openstack4j.openstack.identity.v3.domain.KeystoneAuth;
import org.openstack4j.openstack.internal.OSAuthenticator;

/**
 * The service user's login to Keystone, with a password or an application credential.
 *
 * <p>A login that Keystone refuses is not repeated for 30 s: the same credentials are refused
 * again, and Keystone may lock out a user who fails too often.
 */
final class KeystoneLogin {

  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(30);

  private final KeystoneProperties keystone;
  private final Config config;
  private final Clock clock;
  private volatile @Nullable LanePause refusal;

  KeystoneLogin(KeystoneProperties keystone, Config config, Clock clock) {
    this.keystone = keystone;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Logs in.
   *
   * @throws BackendException if Keystone does not answer or refuses the login; nothing was written
   */
  ServiceUserToken logIn() {
    Instant now = clock.instant();
    Optional<LanePause> pause = pause();
    if (pause.isPresent()) {
      throw refused(pause.get(), now);
    }
    Token token;
    try {
      token = keystone.passwordLogin() ? withPassword() : withApplicationCredential();
    } catch (BackendException e) {
      throw loginFailure(e, now);
    }
    refusal = null;
    return serviceUserToken(token, now);
  }

  /** Returns why no login is tried at the moment; from memory. */
  Optional<LanePause> pause() {
    LanePause current = refusal;
    boolean lasts =
        current != null
            && current.until() != null
            && clock.instant().isBefore(Objects.requireNonNull(current.until()));
    return lasts ? Optional.ofNullable(current) : Optional.empty();
  }

  /** A POST, but a login changes nothing that would have to be undone. */
  private BackendException loginFailure(BackendException e, Instant now) {
    boolean answered = e.kind() == BackendException.Kind.STATUS;
    if (answered && e.status() >= 400 && e.status() < 500 && e.status() != 429) {
      LanePause pause =
          new LanePause(
              "Keystone refuses the login: %s; check %s"
                  .formatted(e.getMessage(), e.status() == 404 ? "doni.keystone.auth-url" : keys()),
              now.plus(PAUSE_AFTER_REFUSAL));
      refusal = pause;
      return refused(pause, now);
    }
    return switch (e.kind()) {
      case STATUS ->
          BackendException.answered(
              e.service(), e.status(), e.text(), false, e.retryAfter().orElse(null));
      case NOT_SENT -> e;
      case CONNECTION, TIMEOUT ->
          BackendException.unanswered(e.service(), e.kind(), e.text(), false, e.getCause());
    };
  }

  private static BackendException refused(LanePause pause, Instant now) {
    Instant until = pause.until();
    Duration left = until == null ? PAUSE_AFTER_REFUSAL : Duration.between(now, until);
    return BackendException.notSent(KeystoneSession.SERVICE, pause.reason(), left);
  }

  private Token withPassword() {
    return OSFactory.builderV3()
        .withConfig(config)
        .endpoint(keystone.identityUrl())
        .credentials(
            keystone.serviceUser(),
            Objects.requireNonNull(keystone.password()).value(),
            Identifier.byName(keystone.userDomainName()))
        .scopeToProject(
            Identifier.byName(keystone.projectName()),
            Identifier.byName(keystone.projectDomainName()))
        .authenticate()
        .getToken();
  }

  private Token withApplicationCredential() {
    return withApplicationCredential(
        keystone,
        config,
        Objects.requireNonNull(keystone.applicationCredentialId()),
        Objects.requireNonNull(keystone.applicationCredentialSecret()));
  }

  /** Logs in with an application credential, of the service user or of another one. */
  static Token withApplicationCredential(
      KeystoneProperties keystone, Config config, String id, Secret secret) {
    Object client =
        OSAuthenticator.invoke(
            new ApplicationCredentialLogin(id, secret),
            keystone.identityUrl(),
            Facing.PUBLIC,
            config,
            CloudProvider.UNKNOWN);
    return ((OSClientV3) client).getToken();
  }

  private static ServiceUserToken serviceUserToken(Token token, Instant askedAt) {
    if (token.getId() == null || token.getProject() == null || token.getExpires() == null) {
      throw BackendException.answered(
          KeystoneSession.SERVICE, 200, "the token lacks its id, project or expiry", false, null);
    }
    return new ServiceUserToken(
        new Secret(token.getId()),
        token.getProject().getId(),
        roles(token),
        ServiceCatalog.of(token.getCatalog()),
        askedAt,
        token.getExpires().toInstant());
  }

  static Set<String> roles(Token token) {
    List<? extends Role> roles = token.getRoles();
    return roles == null
        ? Set.of()
        : roles.stream()
            .map(Role::getName)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
  }

  private String keys() {
    return keystone.passwordLogin()
        ? "doni.keystone.username, .password, .user-domain-name, .project-name and .project-domain-name"
        : "doni.keystone.application-credential-id and .application-credential-secret";
  }

  /**
   * The request body of a login with an application credential (Identity API v3, "Authenticating
   * with an Application Credential"), which openstack4j does not have. It names no scope: the
   * credential has its own.
   */
  @JsonRootName("auth")
  private static final class ApplicationCredentialLogin extends KeystoneAuth {

    private static final long serialVersionUID = 1L;

    private final String credential;
    private final transient Secret secret;

    ApplicationCredentialLogin(String credential, Secret secret) {
      super(Auth.Type.CREDENTIALS);
      this.credential = credential;
      this.secret = secret;
    }

    @Override
    public Identity getIdentity() {
      return new ByCredential(new Credential(credential, secret.value()));
    }
  }

  private record Credential(@JsonProperty("id") String id, @JsonProperty("secret") String secret) {
    @Override
    public String toString() {
      return id;
    }
  }

  private record ByCredential(
      @JsonProperty("application_credential") Credential applicationCredential)
      implements Authentication.Identity {

    @Override
    @JsonProperty("methods")
    public List<String> getMethods() {
      return List.of("application_credential");
    }

    @Override
    public Authentication.Identity.@Nullable Password getPassword() {
      return null;
    }

    @Override
    public Authentication.Identity.@Nullable Token getToken() {
      return null;
    }
  }
}

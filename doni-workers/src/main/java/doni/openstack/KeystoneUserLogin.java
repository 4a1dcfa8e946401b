package doni.openstack;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openstack4j.api.identity.v3.IdentityService;
import org.openstack4j.core.transport.Config;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.identity.v3.Token;
import org.openstack4j.openstack.OSFactory;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

/**
 * Logs in users to Keystone, each with the user's own credentials. No method uses the service
 * user's token.
 *
 * <p>Every method throws {@link BackendException} if Keystone does not answer, or not about the
 * credentials.
 */
public final class KeystoneUserLogin {

  private final KeystoneProperties keystone;
  private final Config config;

  KeystoneUserLogin(KeystoneProperties keystone, Config config) {
    this.keystone = keystone;
    this.config = config;
  }

  /**
   * A user's token.
   *
   * @param projectId null if the token is not scoped to a project
   */
  public record UserToken(Secret token, @Nullable String projectId) {}

  /** A project in which a user has a role. */
  public record UserProject(String id, String name) {}

  /** Returns the domain of users who do not name theirs. */
  public String defaultDomain() {
    return keystone.userDomainName();
  }

  /**
   * Logs in with a password, without a project; a user who has a default project gets a token for
   * that one.
   *
   * @return empty if Keystone refuses the credentials
   */
  public Optional<UserToken> withPassword(String user, Secret password, String domain) {
    return unlessRefused(() ->
        OSFactory.builderV3()
            .withConfig(config)
            .endpoint(keystone.identityUrl())
            .credentials(user, password.value(), Identifier.byName(domain))
            .authenticate()
            .getToken());
  }

  /**
   * Logs in with an application credential, which has a project of its own.
   *
   * @return empty if Keystone refuses the credentials
   */
  public Optional<UserToken> withApplicationCredential(String id, Secret secret) {
    return unlessRefused(
        () -> KeystoneLogin.withApplicationCredential(keystone, config, id, secret));
  }

  /**
   * Exchanges a token for one of a project.
   *
   * @return empty if the token is no longer valid or its user has no role in that project
   */
  public Optional<UserToken> forProject(Secret token, String projectId) {
    return unlessRefused(() ->
        OSFactory.builderV3()
            .withConfig(config)
            .endpoint(keystone.identityUrl())
            .token(token.value())
            .scopeToProject(Identifier.byId(projectId))
            .authenticate()
            .getToken());
  }

  /** Returns the projects of a token's user, by name; empty if the token is no longer valid. */
  public List<UserProject> projects(Secret token) {
    return projectsIfValid(token).orElse(List.of());
  }

  /**
   * Returns the projects of a token's user, by name ({@code GET /v3/auth/projects}).
   *
   * @return empty if Keystone does not accept the token
   */
  public Optional<List<UserProject>> projectsIfValid(Secret token) {
    try {
      return Optional.of(
          ask(token, identity -> identity.tokens().getProjectScopes(token.value())).stream()
              .map(project -> new UserProject(project.getId(), project.getName()))
              .sorted(Comparator.comparing(UserProject::name))
              .toList());
    } catch (BackendException e) {
      if (isRefusal(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Revokes a token of a user who logs out. */
  public void revoke(Secret token) {
    var _ = ask(token, identity -> identity.tokens().delete(token.value()));
  }

  /** openstack4j binds a client to its thread, so each call has its own. */
  private <T> T ask(Secret token, Function<IdentityService, T> question) {
    KeystoneToken bare = new KeystoneToken();
    bare.setId(token.value());
    bare.setEndpoint(keystone.identityUrl());
    return question.apply(OSFactory.clientFromToken(bare, config).identity());
  }

  private static Optional<UserToken> unlessRefused(Supplier<Token> login) {
    try {
      Token token = login.get();
      String projectId = token.getProject() == null ? null : token.getProject().getId();
      return Optional.of(new UserToken(new Secret(token.getId()), projectId));
    } catch (BackendException e) {
      if (isRefusal(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Keystone answers 400 or 404 for names that cannot exist, such as an unknown domain. */
  private static boolean isRefusal(BackendException e) {
    return e.kind() == BackendException.Kind.STATUS
        && (e.status() == 400 || e.status() == 401 || e.status() == 403 || e.status() == 404);
  }
}

package doni.openstack;

import doni.enrollment.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * {@code doni.keystone}: who the service is in Keystone, and how tokens are validated. {@link
 * KeystoneBinding} reads it, so that what is wrong with it can be told without telling a value.
 *
 * <p>The service logs in with a password or with an application credential, never with both.
 *
 * @param authUrl Keystone's address, with or without {@code /v3}
 * @param serviceUser the service user, who must be allowed to validate tokens
 * @param applicationCredentialId in place of the service user and the password; it brings its own
 *     project
 * @param region of the catalog, for the backends; null where the catalog has only one
 * @param endpointInterface of the catalog, for the backends: {@code public}, {@code internal} or
 *     {@code admin}
 * @param tokenCacheTtl a token that was valid is trusted for so long without asking again, but
 *     never beyond its own expiry; a revoked one is refused after at most this time
 * @param connectTimeout for a connection to Keystone
 * @param readTimeout for each wait for its answer
 * @param staticTokens tokens that are valid without a Keystone, for local use; excludes {@code
 *     authUrl}
 */
public record KeystoneProperties(
    @Nullable URI authUrl,
    @Name("username") @Nullable String serviceUser,
    @Nullable Secret password,
    @Nullable String applicationCredentialId,
    @Nullable Secret applicationCredentialSecret,
    @DefaultValue("Default") String userDomainName,
    @DefaultValue("service") String projectName,
    @DefaultValue("Default") String projectDomainName,
    @Nullable String region,
    @Name("interface") @DefaultValue("public") String endpointInterface,
    @DefaultValue("5m") Duration tokenCacheTtl,
    @DefaultValue("3s") Duration connectTimeout,
    @DefaultValue("10s") Duration readTimeout,
    @DefaultValue Map<Secret, StaticToken> staticTokens) {

  public KeystoneProperties {
    staticTokens = Map.copyOf(staticTokens);
  }

  /**
   * The root of the identity API, which ends in {@code /v3}, without a slash at the end.
   *
   * @throws IllegalStateException when no Keystone is configured
   */
  public String identityUrl() {
    if (authUrl == null) {
      throw new IllegalStateException("doni.keystone.auth-url is not set");
    }
    String url = authUrl.toString().replaceAll("/+$", "");
    return url.endsWith("/v3") ? url : url + "/v3";
  }

  /** Whether the service logs in with a password; if not, with an application credential. */
  public boolean passwordLogin() {
    return password != null;
  }

  /** Whom a static token stands for. */
  public record StaticToken(
      @DefaultValue("") String userId,
      @DefaultValue("") String userName,
      @DefaultValue("") String projectId,
      @DefaultValue Set<String> roles) {
    public StaticToken {
      roles = Set.copyOf(roles);
    }
  }
}

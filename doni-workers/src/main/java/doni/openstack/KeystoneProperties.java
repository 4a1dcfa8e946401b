package doni.openstack;

import doni.enrollment.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * {@code doni.keystone}: the service user's login to Keystone, and how tokens are validated. {@link
 * KeystoneBinding} reads it, so that a failure is reported without a value.
 *
 * <p>The service logs in with either a password or an application credential.
 *
 * @param authUrl Keystone's URL, with or without {@code /v3}
 * @param serviceUser service user; must be allowed to validate tokens
 * @param applicationCredentialId used instead of the service user and the password; has its own
 *     project
 * @param region region in the catalog, for the workers; null if the catalog has only one
 * @param endpointInterface interface in the catalog, for the workers: {@code public}, {@code
 *     internal} or {@code admin}
 * @param tokenCacheTtl how long a valid token is trusted without asking again, but never beyond its
 *     expiry; a revoked token is refused after at most this time
 * @param connectTimeout limit for opening a connection to Keystone
 * @param readTimeout limit for each wait for its answer
 * @param staticTokens tokens that are valid without a Keystone, for local use; not together with
 *     {@code authUrl}
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
   * Reads the settings; a failure names the key, never a secret's value.
   *
   * @throws InvalidConfigurationPropertyValueException for a value that is not allowed
   */
  public static KeystoneProperties read(Environment environment) {
    return KeystoneBinding.read(environment);
  }

  /**
   * Returns the root of the Identity API, which ends in {@code /v3}.
   *
   * @throws IllegalStateException if no Keystone is configured
   */
  public String identityUrl() {
    if (authUrl == null) {
      throw new IllegalStateException("doni.keystone.auth-url is not set");
    }
    String url = authUrl.toString().replaceAll("/+$", "");
    return url.endsWith("/v3") ? url : url + "/v3";
  }

  /** Returns whether the service logs in with a password, and not an application credential. */
  public boolean passwordLogin() {
    return password != null;
  }

  /** The caller that a static token identifies. */
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

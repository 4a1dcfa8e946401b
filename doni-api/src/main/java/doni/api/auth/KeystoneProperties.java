package doni.api.auth;

import doni.device.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * {@code doni.keystone}: how tokens are validated. {@link KeystoneBinding} reads it, so that what
 * is wrong with it can be told without telling a value.
 *
 * @param authUrl Keystone's address, with or without {@code /v3}
 * @param serviceUser the service user, who must be allowed to validate tokens
 * @param region of the catalog, for the backends
 * @param endpointInterface of the catalog, for the backends
 * @param tokenCacheTtl a token that was valid is trusted for so long without asking again, but
 *     never beyond its own expiry; a revoked one is refused after at most this time
 * @param connectTimeout for a connection to Keystone
 * @param readTimeout for each wait for its answer
 * @param staticTokens tokens that are valid without a Keystone, for local use; excludes {@code
 *     authUrl}
 */
record KeystoneProperties(
    @Nullable URI authUrl,
    @Name("username") @Nullable String serviceUser,
    @Nullable Secret password,
    @DefaultValue("Default") String userDomainName,
    @DefaultValue("service") String projectName,
    @DefaultValue("Default") String projectDomainName,
    @Nullable String region,
    @Name("interface") @DefaultValue("public") String endpointInterface,
    @DefaultValue("5m") Duration tokenCacheTtl,
    @DefaultValue("3s") Duration connectTimeout,
    @DefaultValue("10s") Duration readTimeout,
    @DefaultValue Map<Secret, StaticToken> staticTokens) {

  KeystoneProperties {
    staticTokens = Map.copyOf(staticTokens);
  }

  /** Whom a static token stands for. */
  record StaticToken(
      @DefaultValue("") String userId,
      @DefaultValue("") String userName,
      @DefaultValue("") String projectId,
      @DefaultValue Set<String> roles) {
    StaticToken {
      roles = Set.copyOf(roles);
    }
  }
}

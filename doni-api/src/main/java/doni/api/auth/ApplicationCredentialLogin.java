package doni.api.auth;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRootName;
import doni.enrollment.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openstack4j.model.identity.v3.Authentication;
import org.openstack4j.openstack.common.Auth;
import org.openstack4j.openstack.identity.v3.domain.KeystoneAuth;

/**
 * The login with an application credential (Identity API v3, "Authenticating with an Application
 * Credential"), which openstack4j does not have. It names no scope: the credential has its own.
 */
@JsonRootName("auth")
final class ApplicationCredentialLogin extends KeystoneAuth {

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
    public @Nullable Password getPassword() {
      return null;
    }

    @Override
    public @Nullable Token getToken() {
      return null;
    }
  }
}

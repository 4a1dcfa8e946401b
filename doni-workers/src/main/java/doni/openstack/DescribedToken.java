package doni.openstack;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import org.openstack4j.openstack.identity.v3.domain.KeystoneToken;

/** A token with what openstack4j leaves out of it. */
final class DescribedToken extends KeystoneToken {

  private static final long serialVersionUID = 1L;

  /** See "Validate and show information for token" of Keystone's API, {@code token}. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record IssuingCredential(@Nullable String id) {}

  @JsonProperty("application_credential")
  private transient @Nullable IssuingCredential issuedBy;

  /** Returns the id of the application credential by which it was issued, if any. */
  @Nullable String applicationCredentialId() {
    return issuedBy == null ? null : issuedBy.id();
  }
}

package doni.policy;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, as Keystone vouched for it.
 *
 * @param roles as Keystone writes them; {@code role:} ignores letter case, {@code roles:} does not
 * @param attributes what a policy rule may compare beyond roles, under oslo.policy's names ({@code
 *     user_id}, {@code project_id}, {@code domain_id}, {@code system_scope}, ...); an attribute
 *     that the token does not have is absent
 * @param requestId the id under which this request is logged, {@code req-<uuid>}
 * @param applicationCredentialId the application credential by which the token was issued; null for
 *     another kind of login. No policy rule sees it, because oslo.policy's do not
 */
public record Caller(
    String userId,
    String userName,
    String projectId,
    Set<String> roles,
    Map<String, String> attributes,
    String requestId,
    @Nullable String applicationCredentialId) {

  public Caller {
    roles = Set.copyOf(roles);
    attributes = Map.copyOf(attributes);
  }

  /** Creates a caller whose token was not issued by an application credential. */
  public Caller(
      String userId,
      String userName,
      String projectId,
      Set<String> roles,
      Map<String, String> attributes,
      String requestId) {
    this(userId, userName, projectId, roles, attributes, requestId, null);
  }

  /** Returns the same caller in a request. */
  public Caller inRequest(String id) {
    return new Caller(userId, userName, projectId, roles, attributes, id, applicationCredentialId);
  }
}

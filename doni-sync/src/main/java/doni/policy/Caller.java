package doni.policy;

import java.util.Map;
import java.util.Set;

/**
 * Who calls, as Keystone vouched for it.
 *
 * @param roles as Keystone writes them; {@code role:} ignores letter case, {@code roles:} does not
 * @param attributes what a policy rule may compare beyond roles, under oslo.policy's names ({@code
 *     user_id}, {@code project_id}, {@code domain_id}, {@code system_scope}, ...); an attribute
 *     that the token does not have is absent
 * @param requestId the id under which this request is logged, {@code req-<uuid>}
 */
public record Caller(
    String userId,
    String userName,
    String projectId,
    Set<String> roles,
    Map<String, String> attributes,
    String requestId) {

  public Caller {
    roles = Set.copyOf(roles);
    attributes = Map.copyOf(attributes);
  }
}

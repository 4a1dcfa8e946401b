package doni.policy;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who calls, as Keystone vouched for it.
 *
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
    roles =
        roles.stream()
            .map(r -> r.toLowerCase(java.util.Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    attributes = Map.copyOf(attributes);
  }
}

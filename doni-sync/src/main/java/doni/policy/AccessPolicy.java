package doni.policy;

import doni.request.RequestRefusedException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Who may do what. The rules, each of which a policy file may replace by name:
 *
 * <table>
 *   <caption>Defaults</caption>
 *   <tr><td>{@code admin_or_owner}</td><td>{@code role:admin or project_id:%(project_id)s}</td></tr>
 *   <tr><td>{@code hardware:get}</td><td>{@code rule:admin_or_owner}</td></tr>
 *   <tr><td>{@code hardware:create}</td><td>{@code role:admin}</td></tr>
 *   <tr><td>{@code hardware:update}</td><td>{@code rule:admin_or_owner}</td></tr>
 *   <tr><td>{@code hardware:delete}</td><td>{@code rule:admin_or_owner}</td></tr>
 *   <tr><td>{@code hardware:import}, for another project or with a given uuid</td><td>{@code
 *       role:admin}</td></tr>
 *   <tr><td>{@code hardware:sync_all}</td><td>{@code role:admin}</td></tr>
 *   <tr><td>{@code hardware:delete_force}</td><td>{@code role:admin}</td></tr>
 *   <tr><td>{@code hardware:quarantine}</td><td>{@code role:admin}</td></tr>
 *   <tr><td>{@code leftover:get}, {@code leftover:delete}</td><td>{@code role:admin}</td></tr>
 * </table>
 *
 * <p>A target is what the rule may compare with: {@code project_id} of the device, and so on. The
 * target of a list of every project is empty, which no owner's rule matches.
 */
public final class AccessPolicy {

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("admin_or_owner", "role:admin or project_id:%(project_id)s"),
          Map.entry("hardware:get", "rule:admin_or_owner"),
          Map.entry("hardware:create", "role:admin"),
          Map.entry("hardware:update", "rule:admin_or_owner"),
          Map.entry("hardware:delete", "rule:admin_or_owner"),
          Map.entry("hardware:import", "role:admin"),
          Map.entry("hardware:delete_force", "role:admin"),
          Map.entry("hardware:quarantine", "role:admin"),
          Map.entry("hardware:sync_all", "role:admin"),
          Map.entry("leftover:get", "role:admin"),
          Map.entry("leftover:delete", "role:admin"));

  private final Supplier<PolicyRuleSet> rules;

  AccessPolicy(Supplier<PolicyRuleSet> rules) {
    this.rules = rules;
  }

  /** The policy of a site that has no policy file. */
  public static AccessPolicy defaults() {
    try {
      PolicyRuleSet rules = PolicyRuleSet.of(defaultRules());
      return new AccessPolicy(() -> rules);
    } catch (PolicyFileException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, RuleExpression> defaultRules() {
    Map<String, RuleExpression> parsed = new HashMap<>();
    DEFAULTS.forEach((name, rule) -> {
      try {
        parsed.put(name, RuleExpressionParser.parse(rule));
      } catch (RuleSyntaxException e) {
        throw new IllegalStateException(e);
      }
    });
    return parsed;
  }

  /** Returns whether the caller may do that to the target. An undefined rule denies. */
  public boolean allows(String rule, Caller caller, Map<String, String> target) {
    return rules.get().allows(rule, caller, target);
  }

  /**
   * Demands that the caller may do that to the target.
   *
   * @throws RequestRefusedException.Forbidden if not
   */
  public void enforce(String rule, Caller caller, Map<String, String> target) {
    if (!allows(rule, caller, target)) {
      throw new RequestRefusedException.Forbidden(rule);
    }
  }
}

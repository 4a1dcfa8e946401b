package doni.policy;

import doni.request.RequestRefusedException;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Who may do what. The rules, each of which a policy file may replace by name; see {@link
 * PolicyDefaults} for their defaults:
 *
 * <ul>
 *   <li>{@code hardware:get}, {@code hardware:update}, {@code hardware:delete} for one device
 *   <li>{@code hardware:create}, and {@code hardware:import} for another project or a given uuid
 *   <li>{@code hardware:label_site} for the labels of the site
 *   <li>{@code hardware:sync_all}, {@code hardware:delete_force}, {@code hardware:quarantine}
 *   <li>{@code leftover:get}, {@code leftover:delete}
 * </ul>
 *
 * <p>What a rule may compare with is its target, see {@link PolicyTarget}.
 */
public final class AccessPolicy {

  private final Supplier<PolicyRuleSet> rules;

  AccessPolicy(Supplier<PolicyRuleSet> rules) {
    this.rules = rules;
  }

  /** The policy of a site that has no policy file. */
  public static AccessPolicy defaults() {
    return of(PolicyDefaults.SECURE);
  }

  static AccessPolicy of(PolicyDefaults defaults) {
    try {
      PolicyRuleSet rules = PolicyRuleSet.of(defaults.rules());
      return new AccessPolicy(() -> rules);
    } catch (PolicyFileException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, RuleExpression> defaultRules() {
    return PolicyDefaults.SECURE.rules();
  }

  /** Returns the rules that the service asks for, sorted. */
  public static SortedSet<String> questions() {
    SortedSet<String> names = new TreeSet<>(defaultRules().keySet());
    names.removeIf(name -> name.indexOf(':') < 0);
    return names;
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

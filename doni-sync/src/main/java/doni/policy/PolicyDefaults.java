package doni.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.PropertyResolver;

/**
 * The rules that apply where the policy file has none.
 *
 * <p>Both keep {@code admin_or_owner}, so that a site that restricts this rule restricts reading
 * and writing, whichever defaults it has.
 */
enum PolicyDefaults {

  /** OpenStack's secure RBAC: readers read, members change their project's devices. */
  SECURE(
      "rule:admin_or_owner and (role:admin or role:member or role:reader)",
      "rule:admin_or_owner and (role:admin or role:member)"),

  /** Those of the original Doni: any role in a project reads and changes its devices. */
  ORIGINAL("rule:admin_or_owner", "rule:admin_or_owner");

  static final String KEY = "doni.policy-defaults";

  private static final String ADMIN = "role:admin";

  private final String read;
  private final String write;

  PolicyDefaults(String read, String write) {
    this.read = read;
    this.write = write;
  }

  /**
   * @throws InvalidConfigurationPropertyValueException if the setting has another value
   */
  static PolicyDefaults of(PropertyResolver settings) {
    String value = settings.getProperty(KEY, "secure");
    for (PolicyDefaults defaults : values()) {
      if (defaults.name().equalsIgnoreCase(value)) {
        return defaults;
      }
    }
    throw new InvalidConfigurationPropertyValueException(
        KEY,
        value,
        "allowed: "
            + Arrays.stream(values())
                .map(one -> one.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  Map<String, RuleExpression> rules() {
    Map<String, String> rules =
        Map.ofEntries(
            Map.entry("admin_or_owner", "role:admin or project_id:%(project_id)s"),
            Map.entry("hardware:get", read),
            Map.entry("hardware:create", ADMIN),
            Map.entry("hardware:update", write),
            Map.entry("hardware:delete", write),
            Map.entry("hardware:import", ADMIN),
            Map.entry("hardware:label_site", ADMIN),
            Map.entry("hardware:delete_force", ADMIN),
            Map.entry("hardware:quarantine", ADMIN),
            Map.entry("hardware:sync_all", ADMIN),
            Map.entry("leftover:get", ADMIN),
            Map.entry("leftover:delete", ADMIN));
    return rules.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, rule -> parsed(rule.getValue())));
  }

  private static RuleExpression parsed(String rule) {
    try {
      return RuleExpressionParser.parse(rule);
    } catch (RuleSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}

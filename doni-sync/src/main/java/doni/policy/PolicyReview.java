package doni.policy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.PropertyResolver;

/** Explains the policy of a site to its operator. */
public final class PolicyReview {

  private static final Set<String> OF_A_TOKEN = attributes();

  private static final List<String> WRITING =
      List.of(
          "hardware:create",
          "hardware:update",
          "hardware:delete",
          "hardware:import",
          "hardware:label_site",
          "hardware:delete_force",
          "hardware:quarantine",
          "hardware:sync_all",
          "leftover:delete");

  private final String source;
  private final Map<String, RuleExpression> written;
  private final @Nullable PolicyRuleSet rules;
  private final List<String> problems;

  private PolicyReview(
      String source,
      Map<String, RuleExpression> written,
      @Nullable PolicyRuleSet rules,
      List<String> problems) {
    this.source = source;
    this.written = Map.copyOf(written);
    this.rules = rules;
    this.problems = List.copyOf(problems);
  }

  /** Reads the file that {@code doni.policy-file} names. */
  public static PolicyReview of(PropertyResolver settings) {
    String path = settings.getProperty(PolicyConfiguration.KEY, "");
    PolicyDefaults defaults;
    try {
      defaults = PolicyDefaults.of(settings);
    } catch (InvalidConfigurationPropertyValueException e) {
      String problem = "'" + e.getValue() + "' is invalid; " + e.getReason();
      return new PolicyReview(PolicyDefaults.KEY + ":", Map.of(), null, List.of(problem));
    }
    return path.isBlank()
        ? of("the defaults apply, no " + PolicyConfiguration.KEY + " is set", Map.of(), defaults)
        : of(Path.of(path), defaults);
  }

  private static PolicyReview of(Path file, PolicyDefaults defaults) {
    // As the service begins its refusal of the file.
    String source = PolicyConfiguration.KEY + ": '" + file + "'";
    try {
      return of(source, ReloadingPolicyFile.read(file), defaults);
    } catch (PolicyFileException e) {
      return new PolicyReview(source, Map.of(), null, List.of(String.valueOf(e.getMessage())));
    }
  }

  private static PolicyReview of(
      String source, Map<String, RuleExpression> written, PolicyDefaults defaults) {
    Map<String, RuleExpression> together = new HashMap<>(defaults.rules());
    together.putAll(written);
    try {
      PolicyRuleSet rules = PolicyRuleSet.of(together);
      return new PolicyReview(source, written, rules, problems(written, together));
    } catch (PolicyFileException e) {
      return new PolicyReview(source, written, null, List.of(String.valueOf(e.getMessage())));
    }
  }

  /** Where the rules come from. */
  public String source() {
    return source;
  }

  /** What is wrong with it, or at least surely not meant; empty when nothing is. */
  public List<String> problems() {
    return problems;
  }

  /** What is allowed, but hardly meant: rules that let callers without a role write. */
  public List<String> warnings() {
    PolicyRuleSet usable = rules;
    return usable == null
        ? List.of()
        : WRITING.stream()
            .filter(usable::mayAllowWithoutRole)
            .map(name -> "rule '" + name + "' lets callers without a role write")
            .toList();
  }

  /** The attributes that the service passes to a rule. */
  public Set<String> targetAttributes(String rule) {
    return new TreeSet<>(PolicyTarget.attributes(rule));
  }

  /** Returns whether the service asks the rule about the caller's project, without a device. */
  public boolean isAboutProject(String rule) {
    return PolicyTarget.isAboutProject(rule);
  }

  /** The attributes that the rule needs and the target lacks, of those that the service passes. */
  public Set<String> missing(String rule, Map<String, String> target) {
    Set<String> missing = new TreeSet<>();
    if (rules != null && !target.isEmpty()) {
      missing.addAll(rules.targetAttributes(rule));
      missing.retainAll(PolicyTarget.attributes(rule));
      missing.removeAll(target.keySet());
    }
    return missing;
  }

  /** Whether a service can use it, with its problems. */
  public boolean isUsable() {
    return rules != null;
  }

  /** The rules that Doni asks for, and those that the file adds. */
  public Set<String> rules() {
    Set<String> names = new TreeSet<>(AccessPolicy.defaultRules().keySet());
    names.addAll(written.keySet());
    return names;
  }

  /** Whether the file says something of the rule; if not, its default applies. */
  public boolean isWritten(String rule) {
    return written.containsKey(rule);
  }

  /**
   * @throws IllegalStateException if it is not usable
   */
  public PolicyDecision decide(String rule, Caller caller, Map<String, String> target) {
    if (rules == null) {
      throw new IllegalStateException("the policy cannot be used");
    }
    return rules.decide(rule, caller, target);
  }

  private static List<String> problems(
      Map<String, RuleExpression> written, Map<String, RuleExpression> together) {
    Set<String> referred = new HashSet<>();
    together
        .values()
        .forEach(check ->
            check
                .leaves()
                .forEach(leaf -> {
                  if (leaf instanceof RuleExpression.RuleReference(String name)) {
                    referred.add(name);
                  }
                }));
    List<String> problems = new ArrayList<>();
    for (String name : new TreeSet<>(written.keySet())) {
      boolean known = AccessPolicy.defaultRules().containsKey(name);
      if (!known && !referred.contains(name) && !name.equals(PolicyRuleSet.FALLBACK)) {
        problems.add("rule '" + name + "' is asked for by nothing; is its name right?");
      }
      Objects.requireNonNull(written.get(name))
          .leaves()
          .flatMap(leaf -> problem(leaf, together).stream())
          .distinct()
          .forEach(problem -> problems.add("rule '" + name + "' " + problem));
    }
    return problems;
  }

  private static List<String> problem(RuleExpression leaf, Map<String, RuleExpression> together) {
    return switch (leaf) {
      case RuleExpression.RuleReference(String name) when !together.containsKey(name) ->
          List.of("refers to the rule '" + name + "', which does not exist: it denies");
      case RuleExpression.Remote(String url) ->
          List.of("asks " + url + ", which is not supported: it denies");
      case RuleExpression.Attribute(String name, TargetTemplate _)
          when !OF_A_TOKEN.contains(name) ->
          List.of("compares '" + name + "', which no token has: it denies");
      case RuleExpression.Role(TargetTemplate value) -> unknownAttributes(value);
      case RuleExpression.Attribute(String _, TargetTemplate value) -> unknownAttributes(value);
      case RuleExpression.Constant(String _, TargetTemplate value) -> unknownAttributes(value);
      default -> List.of();
    };
  }

  private static List<String> unknownAttributes(TargetTemplate template) {
    return template.attributes().stream()
        .filter(attribute -> !PolicyTarget.isKnown(attribute))
        .map(attribute -> "needs %(" + attribute + ")s, which no device has: it denies")
        .toList();
  }

  private static Set<String> attributes() {
    Set<String> all = new HashSet<>(PolicyRuleSet.OPTIONAL_ATTRIBUTES);
    all.add("roles");
    return Set.copyOf(all);
  }

  /**
   * What a rule says of a caller and a target, and why.
   *
   * @param because the check that decided, as a rule's text
   * @param path the rules that led to it, the one that was asked for first
   */
  public record PolicyDecision(boolean allowed, String because, List<DecisionStep> path) {

    public PolicyDecision {
      path = List.copyOf(path);
    }

    /**
     * A rule on the way.
     *
     * @param text empty for an undefined rule, which denies
     */
    public record DecisionStep(String rule, String text) {}
  }
}

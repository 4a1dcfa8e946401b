package doni.policy;

import doni.policy.PolicyReview.PolicyDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A set of rules without circular references, so that an evaluation always ends.
 *
 * <p>An unknown name means the rule {@code default} where there is one, as in oslo.policy; else it
 * denies. What cannot be evaluated denies even after {@code not}: an undefined rule, a remote
 * check, an attribute that the target does not have or that no token has. oslo.policy would let
 * {@code not rule:misspelled} allow every caller.
 */
final class PolicyRuleSet {

  private static final Logger LOG = LoggerFactory.getLogger(PolicyRuleSet.class);

  static final String FALLBACK = "default";

  /**
   * What a token may lack although it is spelled correctly. Its value is then {@link #ABSENT}, so
   * that {@code domain_id:None} allows project-scoped tokens, as in oslo.policy.
   */
  static final Set<String> OPTIONAL_ATTRIBUTES =
      Set.of(
          "user_id",
          "user_name",
          "user_domain_id",
          "project_id",
          "project_name",
          "project_domain_id",
          "domain_id",
          "system_scope");

  /** What Python writes for an attribute without a value. */
  private static final String ABSENT = "None";

  private final Map<String, RuleExpression> rules;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  private PolicyRuleSet(Map<String, RuleExpression> rules) {
    this.rules = Map.copyOf(rules);
  }

  /**
   * @throws PolicyFileException when rules refer to each other in a circle or in too long a chain
   */
  static PolicyRuleSet of(Map<String, RuleExpression> rules) throws PolicyFileException {
    RuleReferenceCheck.check(rules);
    return new PolicyRuleSet(rules);
  }

  boolean allows(String rule, Caller caller, Map<String, String> target) {
    return ruleHolds(rule, false, rule, caller, target);
  }

  /** As {@link #allows}, with what decided. */
  PolicyDecision decide(String rule, Caller caller, Map<String, String> target) {
    boolean allowed = allows(rule, caller, target);
    List<PolicyDecision.DecisionStep> path = new ArrayList<>();
    RuleExpression last = new RuleExpression.RuleReference(rule);
    Optional<RuleExpression> next = Optional.of(last);
    while (next.isPresent()) {
      last = next.get();
      next =
          last instanceof RuleExpression.RuleReference(String name)
              ? written(name, path)
              : deciding(last, rule, caller, target);
    }
    return new PolicyDecision(allowed, last.text(), path);
  }

  private Optional<RuleExpression> written(String name, List<PolicyDecision.DecisionStep> path) {
    String resolved = rules.containsKey(name) ? name : FALLBACK;
    Optional<RuleExpression> check = Optional.ofNullable(rules.get(resolved));
    path.add(
        new PolicyDecision.DecisionStep(
            check.isPresent() ? resolved : name, check.map(RuleExpression::text).orElse("")));
    return check;
  }

  /** The first alternative that holds, or the first condition that does not. */
  private Optional<RuleExpression> deciding(
      RuleExpression check, String asked, Caller caller, Map<String, String> target) {
    return switch (check) {
      case RuleExpression.AnyOf(List<RuleExpression> checks) ->
          checks.stream().filter(one -> holds(one, false, asked, caller, target)).findFirst();
      case RuleExpression.AllOf(List<RuleExpression> checks) ->
          checks.stream().filter(one -> !holds(one, false, asked, caller, target)).findFirst();
      default -> Optional.empty();
    };
  }

  /** Returns the attributes of the target that the evaluation of a rule may need. */
  Set<String> targetAttributes(String rule) {
    Set<String> needed = new TreeSet<>();
    RuleExpression check = rules.getOrDefault(rule, rules.get(FALLBACK));
    if (check != null) {
      check
          .leaves()
          .forEach(leaf -> {
            switch (leaf) {
              case RuleExpression.RuleReference(String name) ->
                  needed.addAll(targetAttributes(name));
              case RuleExpression.Role(TargetTemplate value) -> needed.addAll(value.attributes());
              case RuleExpression.Attribute(String _, TargetTemplate value) ->
                  needed.addAll(value.attributes());
              case RuleExpression.Constant(String _, TargetTemplate value) ->
                  needed.addAll(value.attributes());
              default -> {}
            }
          });
    }
    return needed;
  }

  /**
   * Returns whether the rule may allow a caller who has no role, and who is not named in it.
   * Comparisons with the target count as fulfilled.
   */
  boolean mayAllowWithoutRole(String rule) {
    return withoutRole(new RuleExpression.RuleReference(rule), true);
  }

  /** Returns whether the check may have this result for a caller without a role. */
  private boolean withoutRole(RuleExpression check, boolean result) {
    return switch (check) {
      case RuleExpression.Always _ -> result;
      case RuleExpression.Never _ -> !result;
      case RuleExpression.Not(RuleExpression inner) -> withoutRole(inner, !result);
      case RuleExpression.AllOf(List<RuleExpression> checks) ->
          result
              ? checks.stream().allMatch(one -> withoutRole(one, true))
              : checks.stream().anyMatch(one -> withoutRole(one, false));
      case RuleExpression.AnyOf(List<RuleExpression> checks) ->
          result
              ? checks.stream().anyMatch(one -> withoutRole(one, true))
              : checks.stream().allMatch(one -> withoutRole(one, false));
      case RuleExpression.RuleReference(String name) -> {
        RuleExpression referred = rules.getOrDefault(name, rules.get(FALLBACK));
        yield referred != null && withoutRole(referred, result);
      }
      case RuleExpression.Role _ -> !result;
      case RuleExpression.Attribute(String name, TargetTemplate value) ->
          !result
              || (OPTIONAL_ATTRIBUTES.contains(name) && value.text().equals(ABSENT))
              || (!name.equals("roles") && !value.attributes().isEmpty());
      case RuleExpression.Constant _ -> true;
      case RuleExpression.Remote _ -> false;
    };
  }

  /**
   * @param negated whether an odd number of {@code not} stands before it
   * @param asked the rule that the request asked for
   */
  private boolean holds(
      RuleExpression check,
      boolean negated,
      String asked,
      Caller caller,
      Map<String, String> target) {
    return switch (check) {
      case RuleExpression.Always _ -> true;
      case RuleExpression.Never _ -> false;
      case RuleExpression.Not(RuleExpression inner) ->
          !holds(inner, !negated, asked, caller, target);
      case RuleExpression.AllOf(List<RuleExpression> checks) ->
          allHold(checks, negated, asked, caller, target);
      case RuleExpression.AnyOf(List<RuleExpression> checks) ->
          anyHolds(checks, negated, asked, caller, target);
      case RuleExpression.RuleReference(String name) ->
          ruleHolds(name, negated, asked, caller, target);
      case RuleExpression.Role(TargetTemplate role) -> {
        String wanted = filled(role, asked, check, target);
        yield wanted == null ? negated : hasRole(caller, wanted);
      }
      case RuleExpression.Attribute(String name, TargetTemplate value) -> {
        String wanted = filled(value, asked, check, target);
        yield (wanted != null && isOfTokens(caller, name, asked))
            ? hasAttribute(caller, name, wanted)
            : negated;
      }
      case RuleExpression.Constant(String constant, TargetTemplate value) -> {
        String wanted = filled(value, asked, check, target);
        yield wanted == null ? negated : constant.equals(wanted);
      }
      case RuleExpression.Remote(String url) -> {
        warnOnce("policy rule {} asks {}, which is not supported: it denies", asked, url);
        yield negated;
      }
    };
  }

  private boolean allHold(
      List<RuleExpression> checks,
      boolean negated,
      String asked,
      Caller caller,
      Map<String, String> target) {
    for (RuleExpression check : checks) {
      if (!holds(check, negated, asked, caller, target)) {
        return false;
      }
    }
    return true;
  }

  private boolean anyHolds(
      List<RuleExpression> checks,
      boolean negated,
      String asked,
      Caller caller,
      Map<String, String> target) {
    for (RuleExpression check : checks) {
      if (holds(check, negated, asked, caller, target)) {
        return true;
      }
    }
    return false;
  }

  private boolean ruleHolds(
      String name, boolean negated, String asked, Caller caller, Map<String, String> target) {
    RuleExpression check = rules.get(name);
    if (check == null) {
      check = rules.get(FALLBACK);
    }
    if (check == null) {
      warnOnce("policy rule {} needs a rule that does not exist, {}: it denies", asked, name);
      return negated;
    }
    return holds(check, negated, asked, caller, target);
  }

  private static boolean hasRole(Caller caller, String wanted) {
    if (caller.roles().contains(wanted)) {
      return true;
    }
    String role = wanted.toLowerCase(Locale.ROOT);
    for (String one : caller.roles()) {
      if (one.toLowerCase(Locale.ROOT).equals(role)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a token can have the attribute; a misspelled one is logged. */
  private boolean isOfTokens(Caller caller, String name, String asked) {
    if (name.equals("roles")
        || OPTIONAL_ATTRIBUTES.contains(name)
        || caller.attributes().containsKey(name)) {
      return true;
    }
    warnOnce("policy rule {} needs {}, which no token has: it denies", asked, name);
    return false;
  }

  private static boolean hasAttribute(Caller caller, String name, String wanted) {
    String value = caller.attributes().get(name);
    if (value != null) {
      return value.equals(wanted);
    }
    return switch (name) {
      case "roles" -> caller.roles().contains(wanted);
      case "user_id" -> caller.userId().equals(wanted);
      case "project_id" -> caller.projectId().equals(wanted);
      default -> ABSENT.equals(wanted);
    };
  }

  /** A target that has no attributes at all (every project's hardware) lacks them rightly. */
  private @Nullable String filled(
      TargetTemplate template, String asked, RuleExpression check, Map<String, String> target) {
    String filled = template.fill(target);
    if (filled == null && !target.isEmpty()) {
      warnOnce("policy rule {} needs what its target does not have, {}: it denies", asked, check);
    }
    return filled;
  }

  private void warnOnce(String message, String rule, Object what) {
    String shown = what instanceof RuleExpression check ? check.text() : what.toString();
    if (told.add(rule + ' ' + shown)) {
      LOG.warn(message, rule, shown);
    }
  }
}

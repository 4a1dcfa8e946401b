package doni.policy;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;

/** Refuses rules that refer to each other in a circle, or on through too many others. */
final class RuleReferenceCheck {

  /** So that an evaluation cannot exhaust a stack. */
  private static final int LONGEST_CHAIN = 50;

  private final Map<String, RuleExpression> rules;
  private final Map<String, Integer> lengths = new HashMap<>();

  private RuleReferenceCheck(Map<String, RuleExpression> rules) {
    this.rules = rules;
  }

  static void check(Map<String, RuleExpression> rules) throws PolicyFileException {
    RuleReferenceCheck check = new RuleReferenceCheck(rules);
    for (String name : rules.keySet()) {
      check.follow(name, new LinkedHashSet<>());
    }
  }

  /** Returns the length of the longest chain of references from this rule. */
  private int follow(String name, SequencedSet<String> path) throws PolicyFileException {
    String resolved = rules.containsKey(name) ? name : PolicyRuleSet.FALLBACK;
    RuleExpression check = rules.get(resolved);
    if (check == null) {
      return 0;
    }
    Integer known = lengths.get(resolved);
    if (known != null) {
      return known;
    }
    if (!path.add(resolved)) {
      throw new PolicyFileException(
          "rule '"
              + resolved
              + "' refers to itself: "
              + String.join(" -> ", path)
              + " -> "
              + resolved);
    }
    if (path.size() > LONGEST_CHAIN) {
      throw new PolicyFileException(
          "rule '" + path.getFirst() + "' refers on through more than " + LONGEST_CHAIN + " rules");
    }
    int length = 1 + longest(check, path);
    path.remove(resolved);
    lengths.put(resolved, length);
    return length;
  }

  private int longest(RuleExpression check, SequencedSet<String> path) throws PolicyFileException {
    return switch (check) {
      case RuleExpression.RuleReference(String name) -> follow(name, path);
      case RuleExpression.Not(RuleExpression inner) -> longest(inner, path);
      case RuleExpression.AllOf(var checks) -> longest(checks, path);
      case RuleExpression.AnyOf(var checks) -> longest(checks, path);
      case RuleExpression.Always _, RuleExpression.Never _, RuleExpression.Role _ -> 0;
      case RuleExpression.Attribute _, RuleExpression.Constant _, RuleExpression.Remote _ -> 0;
    };
  }

  private int longest(Iterable<RuleExpression> checks, SequencedSet<String> path)
      throws PolicyFileException {
    int longest = 0;
    for (RuleExpression check : checks) {
      longest = Math.max(longest, longest(check, path));
    }
    return longest;
  }
}

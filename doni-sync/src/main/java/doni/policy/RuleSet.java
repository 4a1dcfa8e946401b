package doni.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules that go together, checked for circles when they are put together, so that evaluation always
 * ends.
 *
 * <p>An unknown name means the rule {@code default} where there is one, as in oslo.policy; else it
 * denies. A rule that nobody wrote, and a remote check, deny whatever {@code not} stands before
 * them: oslo.policy would let {@code not rule:misspelled} allow everyone.
 */
final class RuleSet {

  private static final Logger log = LoggerFactory.getLogger(RuleSet.class);

  static final String FALLBACK = "default";

  /** Longer chains of {@code rule:} are refused, so that evaluation cannot exhaust a stack. */
  private static final int LONGEST_CHAIN = 50;

  /** What a token may lack without anybody having misspelled it. */
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

  private final Map<String, Check> rules;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  private RuleSet(Map<String, Check> rules) {
    this.rules = Map.copyOf(rules);
  }

  /**
   * @throws PolicyFileException when rules refer to each other in a circle or in too long a chain
   */
  static RuleSet of(Map<String, Check> rules) throws PolicyFileException {
    RuleSet set = new RuleSet(rules);
    Map<String, Integer> lengths = new HashMap<>();
    for (String name : rules.keySet()) {
      set.follow(name, new LinkedHashSet<>(), lengths);
    }
    return set;
  }

  boolean allows(String rule, Caller caller, Map<String, String> target) {
    return ruleHolds(rule, false, rule, caller, target);
  }

  /** As {@link #allows}, with what decided. */
  Decision decide(String rule, Caller caller, Map<String, String> target) {
    boolean allowed = allows(rule, caller, target);
    List<Decision.Step> path = new ArrayList<>();
    Check last = new Check.Rule(rule);
    Optional<Check> next = Optional.of(last);
    while (next.isPresent()) {
      last = next.get();
      next =
          last instanceof Check.Rule(String name)
              ? written(name, path)
              : deciding(last, rule, caller, target);
    }
    return new Decision(allowed, last.text(), path);
  }

  private Optional<Check> written(String name, List<Decision.Step> path) {
    String resolved = rules.containsKey(name) ? name : FALLBACK;
    Optional<Check> check = Optional.ofNullable(rules.get(resolved));
    path.add(
        new Decision.Step(check.isPresent() ? resolved : name, check.map(Check::text).orElse("")));
    return check;
  }

  /** The first alternative that holds, or the first condition that does not. */
  private Optional<Check> deciding(
      Check check, String asked, Caller caller, Map<String, String> target) {
    return switch (check) {
      case Check.AnyOf(List<Check> checks) ->
          checks.stream().filter(one -> holds(one, false, asked, caller, target)).findFirst();
      case Check.AllOf(List<Check> checks) ->
          checks.stream().filter(one -> !holds(one, false, asked, caller, target)).findFirst();
      default -> Optional.empty();
    };
  }

  /** The length of the longest chain of references from this rule. */
  private int follow(String name, SequencedSet<String> path, Map<String, Integer> lengths)
      throws PolicyFileException {
    String resolved = rules.containsKey(name) ? name : FALLBACK;
    Check check = rules.get(resolved);
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
    int length = 1 + longest(check, path, lengths);
    path.remove(resolved);
    lengths.put(resolved, length);
    return length;
  }

  private int longest(Check check, SequencedSet<String> path, Map<String, Integer> lengths)
      throws PolicyFileException {
    return switch (check) {
      case Check.Rule(String name) -> follow(name, path, lengths);
      case Check.Not(Check inner) -> longest(inner, path, lengths);
      case Check.AllOf(var checks) -> longest(checks, path, lengths);
      case Check.AnyOf(var checks) -> longest(checks, path, lengths);
      case Check.Always _, Check.Never _, Check.Role _ -> 0;
      case Check.Attribute _, Check.Constant _, Check.Remote _ -> 0;
    };
  }

  private int longest(
      Iterable<Check> checks, SequencedSet<String> path, Map<String, Integer> lengths)
      throws PolicyFileException {
    int longest = 0;
    for (Check check : checks) {
      longest = Math.max(longest, longest(check, path, lengths));
    }
    return longest;
  }

  /**
   * @param negated whether an odd number of {@code not} stands before it
   * @param asked the rule that the request asked for
   */
  private boolean holds(
      Check check, boolean negated, String asked, Caller caller, Map<String, String> target) {
    return switch (check) {
      case Check.Always _ -> true;
      case Check.Never _ -> false;
      case Check.Not(Check inner) -> !holds(inner, !negated, asked, caller, target);
      case Check.AllOf(List<Check> checks) -> allHold(checks, negated, asked, caller, target);
      case Check.AnyOf(List<Check> checks) -> anyHolds(checks, negated, asked, caller, target);
      case Check.Rule(String name) -> ruleHolds(name, negated, asked, caller, target);
      case Check.Role(Template role) -> {
        String wanted = filled(role, asked, check, target);
        yield wanted != null && hasRole(caller, wanted);
      }
      case Check.Attribute(String name, Template value) -> {
        String wanted = filled(value, asked, check, target);
        yield wanted != null && hasAttribute(caller, name, wanted, asked);
      }
      case Check.Constant(String constant, Template value) ->
          constant.equals(filled(value, asked, check, target));
      case Check.Remote(String url) -> {
        warnOnce("policy rule {} asks {}, which is not supported: it denies", asked, url);
        yield negated;
      }
    };
  }

  private boolean allHold(
      List<Check> checks,
      boolean negated,
      String asked,
      Caller caller,
      Map<String, String> target) {
    for (Check check : checks) {
      if (!holds(check, negated, asked, caller, target)) {
        return false;
      }
    }
    return true;
  }

  private boolean anyHolds(
      List<Check> checks,
      boolean negated,
      String asked,
      Caller caller,
      Map<String, String> target) {
    for (Check check : checks) {
      if (holds(check, negated, asked, caller, target)) {
        return true;
      }
    }
    return false;
  }

  private boolean ruleHolds(
      String name, boolean negated, String asked, Caller caller, Map<String, String> target) {
    Check check = rules.get(name);
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
    return caller.roles().contains(wanted)
        || caller.roles().contains(wanted.toLowerCase(Locale.ROOT));
  }

  private boolean hasAttribute(Caller caller, String name, String wanted, String asked) {
    String value = caller.attributes().get(name);
    if (value != null) {
      return value.equals(wanted);
    }
    return switch (name) {
      case "roles" -> hasRole(caller, wanted);
      case "user_id" -> caller.userId().equals(wanted);
      case "project_id" -> caller.projectId().equals(wanted);
      default -> {
        if (!OPTIONAL_ATTRIBUTES.contains(name)) {
          warnOnce("policy rule {} needs {}, which no token says: it denies", asked, name);
        }
        yield false;
      }
    };
  }

  /** A target that has no attributes at all (every project's hardware) lacks them rightly. */
  private @Nullable String filled(
      Template template, String asked, Check check, Map<String, String> target) {
    String filled = template.fill(target);
    if (filled == null && !target.isEmpty()) {
      warnOnce("policy rule {} needs what its target does not have, {}: it denies", asked, check);
    }
    return filled;
  }

  private void warnOnce(String message, String rule, Object what) {
    String shown = what instanceof Check check ? check.text() : what.toString();
    if (told.add(rule + ' ' + shown)) {
      log.warn(message, rule, shown);
    }
  }
}

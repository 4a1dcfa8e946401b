package doni.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Random rules, callers and targets; the same ones for the same seed. */
final class Rules {

  private static final List<String> NAMES =
      List.of("project_id", "user_id", "roles", "domain_id", "a.b", "owner", "no-such");
  private static final List<String> VALUES = List.of("p1", "u1", "admin", "Member", "%", "", "x(y");

  private final Random random;

  Rules(long seed) {
    this.random = new Random(seed);
  }

  /**
   * @param depth of operators at most
   */
  RuleExpression check(int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return leaf();
    }
    return switch (random.nextInt(3)) {
      case 0 -> new RuleExpression.Not(check(depth - 1));
      case 1 -> new RuleExpression.AllOf(checks(depth - 1));
      default -> new RuleExpression.AnyOf(checks(depth - 1));
    };
  }

  private List<RuleExpression> checks(int depth) {
    List<RuleExpression> checks = new ArrayList<>();
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      checks.add(check(depth));
    }
    return checks;
  }

  private RuleExpression leaf() {
    return switch (random.nextInt(8)) {
      case 0 -> new RuleExpression.Always();
      case 1 -> new RuleExpression.Never();
      case 2 ->
          new RuleExpression.RuleReference(
              one(List.of("admin_or_owner", "nowhere", "hardware:get")));
      case 3 -> new RuleExpression.Role(template());
      case 4 ->
          new RuleExpression.Constant(
              one(List.of("True", "12", "it's", "say \"x\"", "", "None")).replace(" ", "_"),
              template());
      case 5 -> new RuleExpression.Remote("http://127.0.0.1/%(project_id)s");
      default -> new RuleExpression.Attribute(one(NAMES), template());
    };
  }

  private TargetTemplate template() {
    return switch (random.nextInt(4)) {
      case 0 -> new TargetTemplate(List.of(new TargetTemplate.Place(one(NAMES))));
      case 1 ->
          new TargetTemplate(
              List.of(
                  new TargetTemplate.Text("p"),
                  new TargetTemplate.Place(one(NAMES)),
                  new TargetTemplate.Text(one(List.of("-", "%", "(x")))));
      default -> {
        String text = one(VALUES);
        yield new TargetTemplate(
            text.isEmpty() ? List.of() : List.of(new TargetTemplate.Text(text)));
      }
    };
  }

  Caller caller() {
    Map<String, String> attributes = new HashMap<>();
    for (String name : NAMES) {
      if (!name.equals("roles") && random.nextBoolean()) {
        attributes.put(name, one(VALUES));
      }
    }
    Set<String> roles = random.nextBoolean() ? Set.of("admin") : Set.of("Member", "reader");
    return new Caller(one(VALUES), "someone", one(VALUES), roles, attributes, "req-1");
  }

  Map<String, String> target() {
    Map<String, String> target = new HashMap<>();
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        target.put(name, one(VALUES));
      }
    }
    return target;
  }

  /** Text that has much of a rule, but seldom is one. */
  String text() {
    List<String> pieces =
        List.of(
            "(",
            ")",
            " ",
            "\t",
            "and",
            "or",
            "not",
            "NOT ",
            "role:admin",
            "@",
            "!",
            ":",
            "'",
            "\"",
            "%",
            "%(",
            ")s",
            "%(project_id)s",
            "rule:x",
            "True:",
            "12:",
            "\\",
            "\u00a0",
            "é",
            "\ud800",
            "http://x",
            "[",
            "]",
            "-",
            ".",
            "\n",
            "\0");
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(one(pieces));
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}

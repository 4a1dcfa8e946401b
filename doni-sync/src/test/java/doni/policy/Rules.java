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
  Check check(int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      return leaf();
    }
    return switch (random.nextInt(3)) {
      case 0 -> new Check.Not(check(depth - 1));
      case 1 -> new Check.AllOf(checks(depth - 1));
      default -> new Check.AnyOf(checks(depth - 1));
    };
  }

  private List<Check> checks(int depth) {
    List<Check> checks = new ArrayList<>();
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      checks.add(check(depth));
    }
    return checks;
  }

  private Check leaf() {
    return switch (random.nextInt(8)) {
      case 0 -> new Check.Always();
      case 1 -> new Check.Never();
      case 2 -> new Check.Rule(one(List.of("admin_or_owner", "nowhere", "hardware:get")));
      case 3 -> new Check.Role(template());
      case 4 ->
          new Check.Constant(
              one(List.of("True", "12", "it's", "say \"x\"", "", "None")).replace(" ", "_"),
              template());
      case 5 -> new Check.Remote("http://127.0.0.1/%(project_id)s");
      default -> new Check.Attribute(one(NAMES), template());
    };
  }

  private Template template() {
    return switch (random.nextInt(4)) {
      case 0 -> new Template(List.of(new Template.Place(one(NAMES))));
      case 1 ->
          new Template(
              List.of(
                  new Template.Text("p"),
                  new Template.Place(one(NAMES)),
                  new Template.Text(one(List.of("-", "%", "(x")))));
      default -> {
        String text = one(VALUES);
        yield new Template(text.isEmpty() ? List.of() : List.of(new Template.Text(text)));
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

package doni.policy;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule as a tree, as oslo.policy 6 reads its text. {@link #text} writes it back: what a rule's
 * text was parsed to is parsed from its {@code text()} again.
 */
sealed interface Check {

  /** {@code @}, or no text at all: allows. */
  record Always() implements Check {}

  /** {@code !}: denies. */
  record Never() implements Check {}

  /** {@code not check}. */
  record Not(Check check) implements Check {}

  /** {@code a and b and c}; two or more. */
  record AllOf(List<Check> checks) implements Check {
    public AllOf {
      checks = List.copyOf(checks);
    }
  }

  /** {@code a or b or c}; two or more. */
  record AnyOf(List<Check> checks) implements Check {
    public AnyOf {
      checks = List.copyOf(checks);
    }
  }

  /** {@code rule:name}: what another rule says. */
  record Rule(String name) implements Check {}

  /** {@code role:name}: the caller has the role; letter case does not matter. */
  record Role(Template role) implements Check {}

  /**
   * {@code attribute:value}: the caller's attribute has the value. {@code roles:name} asks for one
   * of the roles.
   */
  record Attribute(String name, Template value) implements Check {}

  /**
   * {@code 'text':value}, {@code True:value}, {@code 12:value}: a constant equals what is mostly an
   * attribute of the target.
   *
   * @param constant as Python's {@code str()} writes it
   */
  record Constant(String constant, Template value) implements Check {}

  /** {@code http://...} or {@code https://...}: asking another service, which Doni does not do. */
  record Remote(String url) implements Check {}

  /** The rule's text. */
  default String text() {
    return switch (this) {
      case Always _ -> "@";
      case Never _ -> "!";
      case Not(Check check) -> "not " + operand(check);
      case AllOf(List<Check> checks) -> joined(checks, " and ");
      case AnyOf(List<Check> checks) -> joined(checks, " or ");
      case Rule(String name) -> "rule:" + name;
      case Role(Template role) -> "role:" + role.text();
      case Attribute(String name, Template value) -> name + ":" + value.text();
      case Constant(String constant, Template value) -> quoted(constant) + ":" + value.text();
      case Remote(String url) -> url;
    };
  }

  private static String joined(List<Check> checks, String operator) {
    return checks.stream().map(Check::operand).collect(Collectors.joining(operator));
  }

  private static String operand(Check check) {
    return check instanceof AllOf || check instanceof AnyOf
        ? "(" + check.text() + ")"
        : check.text();
  }

  private static String quoted(String constant) {
    char quote = constant.indexOf('\'') < 0 ? '\'' : '"';
    return quote + constant + quote;
  }
}

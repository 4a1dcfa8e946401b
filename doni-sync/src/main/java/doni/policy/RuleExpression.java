package doni.policy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A rule as a tree, as oslo.policy 6 reads its text. {@link #text} writes it back: what a rule's
 * text was parsed to is parsed from its {@code text()} again.
 */
sealed interface RuleExpression {

  /** {@code @}, or no text at all: allows. */
  record Always() implements RuleExpression {}

  /** {@code !}: denies. */
  record Never() implements RuleExpression {}

  /** {@code not check}. */
  record Not(RuleExpression check) implements RuleExpression {}

  /** {@code a and b and c}; two or more. */
  record AllOf(List<RuleExpression> checks) implements RuleExpression {
    public AllOf {
      checks = List.copyOf(checks);
    }
  }

  /** {@code a or b or c}; two or more. */
  record AnyOf(List<RuleExpression> checks) implements RuleExpression {
    public AnyOf {
      checks = List.copyOf(checks);
    }
  }

  /** {@code rule:name}: what another rule says. */
  record RuleReference(String name) implements RuleExpression {}

  /** {@code role:name}: the caller has the role; letter case does not matter. */
  record Role(TargetTemplate role) implements RuleExpression {}

  /**
   * {@code attribute:value}: the caller's attribute has the value. {@code roles:name} asks for one
   * of the roles.
   */
  record Attribute(String name, TargetTemplate value) implements RuleExpression {}

  /**
   * {@code 'text':value}, {@code True:value}, {@code 12:value}: a constant equals what is mostly an
   * attribute of the target.
   *
   * @param constant as Python's {@code str()} writes it
   */
  record Constant(String constant, TargetTemplate value) implements RuleExpression {}

  /** {@code http://...} or {@code https://...}: asking another service, which Doni does not do. */
  record Remote(String url) implements RuleExpression {}

  /** The checks of which the rule is made, without its operators. */
  default Stream<RuleExpression> leaves() {
    return switch (this) {
      case Not(RuleExpression inner) -> inner.leaves();
      case AllOf(List<RuleExpression> checks) -> checks.stream().flatMap(RuleExpression::leaves);
      case AnyOf(List<RuleExpression> checks) -> checks.stream().flatMap(RuleExpression::leaves);
      case Always _, Never _, RuleReference _, Role _, Attribute _, Constant _, Remote _ ->
          Stream.of(this);
    };
  }

  /** The rule's text. */
  default String text() {
    return switch (this) {
      case Always _ -> "@";
      case Never _ -> "!";
      case Not(RuleExpression check) -> "not " + operand(check);
      case AllOf(List<RuleExpression> checks) -> joined(checks, " and ");
      case AnyOf(List<RuleExpression> checks) -> joined(checks, " or ");
      case RuleReference(String name) -> "rule:" + name;
      case Role(TargetTemplate role) -> "role:" + role.text();
      case Attribute(String name, TargetTemplate value) -> name + ":" + value.text();
      case Constant(String constant, TargetTemplate value) -> quoted(constant) + ":" + value.text();
      case Remote(String url) -> url;
    };
  }

  private static String joined(List<RuleExpression> checks, String operator) {
    return checks.stream().map(RuleExpression::operand).collect(Collectors.joining(operator));
  }

  private static String operand(RuleExpression check) {
    return check instanceof AllOf || check instanceof AnyOf
        ? "(" + check.text() + ")"
        : check.text();
  }

  private static String quoted(String constant) {
    char quote = constant.indexOf('\'') < 0 ? '\'' : '"';
    return quote + constant + quote;
  }
}

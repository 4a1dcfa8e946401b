package doni.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads a rule's text.
 *
 * <p>The language is oslo.policy's: words between white space, parentheses before and after a word,
 * {@code not} before {@code and} before {@code or} in any letter case. What oslo.policy reads as
 * "deny" with a line in its log (a word without a colon, an operator without its operand, only
 * white space) or what fails there at every evaluation is an error here.
 */
final class RuleExpressionParser {

  /** Deeper rules are refused, so that no rule's evaluation can exhaust a stack. */
  private static final int DEEPEST = 50;

  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]*");

  private static final Pattern WORD_BREAK = Pattern.compile("[./-]");

  private static final Set<String> KEYWORDS =
      Set.of(
          ("False None True and as assert async await break class continue def del elif else except"
                  + " finally for from global if import in is lambda nonlocal not or pass raise"
                  + " return try while with yield")
              .split(" "));

  /** What is text, or none, in every token: looking for a part of it fails in oslo.policy. */
  private static final Set<String> WITHOUT_PARTS =
      Set.of(
          "user_id",
          "user_name",
          "user_domain_id",
          "project_id",
          "project_name",
          "project_domain_id",
          "domain_id",
          "system_scope",
          "system",
          "roles",
          "is_admin_project",
          "service_user_id",
          "service_user_domain_id",
          "service_project_id",
          "service_project_domain_id",
          "service_roles");

  private enum TokenKind {
    OPEN,
    CLOSE,
    AND,
    OR,
    NOT,
    CHECK,
    END
  }

  private record Token(TokenKind kind, String text, int position) {}

  private final List<Token> tokens;
  private int next;

  private RuleExpressionParser(List<Token> tokens) {
    this.tokens = tokens;
  }

  static RuleExpression parse(String rule) throws RuleSyntaxException {
    if (rule.isEmpty()) {
      return new RuleExpression.Always();
    }
    RuleExpressionParser parser = new RuleExpressionParser(tokens(rule));
    RuleExpression check = parser.anyOf(0);
    Token rest = parser.tokens.get(parser.next);
    if (rest.kind != TokenKind.END) {
      throw expected("'and', 'or' or the end", rest);
    }
    return check;
  }

  /** Reads a single check, as the list form of a rule has it: no operators, no parentheses. */
  static RuleExpression parseCheck(String check) throws RuleSyntaxException {
    for (int i = 0; i < check.length(); i++) {
      if (isSpace(check.charAt(i))) {
        throw new RuleSyntaxException("a list holds single checks, without white space", i);
      }
    }
    return check(check, 0);
  }

  private static List<Token> tokens(String rule) {
    List<Token> tokens = new ArrayList<>();
    int at = 0;
    while (at < rule.length()) {
      if (isSpace(rule.charAt(at))) {
        at++;
        continue;
      }
      int end = at;
      while (end < rule.length() && !isSpace(rule.charAt(end))) {
        end++;
      }
      addWord(tokens, rule.substring(at, end), at);
      at = end;
    }
    tokens.add(new Token(TokenKind.END, "the end", rule.length()));
    return tokens;
  }

  /** Parentheses inside a word belong to its check: {@code project_id:%(project_id)s}. */
  private static void addWord(List<Token> tokens, String word, int position) {
    int start = 0;
    while (start < word.length() && word.charAt(start) == '(') {
      tokens.add(new Token(TokenKind.OPEN, "(", position + start));
      start++;
    }
    int end = word.length();
    while (end > start && word.charAt(end - 1) == ')') {
      end--;
    }
    if (end > start) {
      String text = word.substring(start, end);
      TokenKind tokenKind =
          switch (text.toLowerCase(Locale.ROOT)) {
            case "and" -> TokenKind.AND;
            case "or" -> TokenKind.OR;
            case "not" -> TokenKind.NOT;
            default -> TokenKind.CHECK;
          };
      tokens.add(new Token(tokenKind, text, position + start));
    }
    for (int i = end; i < word.length(); i++) {
      tokens.add(new Token(TokenKind.CLOSE, ")", position + i));
    }
  }

  private RuleExpression anyOf(int depth) throws RuleSyntaxException {
    List<RuleExpression> checks = new ArrayList<>();
    checks.add(allOf(depth));
    while (accept(TokenKind.OR)) {
      checks.add(allOf(depth));
    }
    return checks.size() == 1 ? checks.getFirst() : new RuleExpression.AnyOf(checks);
  }

  private RuleExpression allOf(int depth) throws RuleSyntaxException {
    List<RuleExpression> checks = new ArrayList<>();
    checks.add(operand(depth));
    while (accept(TokenKind.AND)) {
      checks.add(operand(depth));
    }
    return checks.size() == 1 ? checks.getFirst() : new RuleExpression.AllOf(checks);
  }

  private RuleExpression operand(int depth) throws RuleSyntaxException {
    Token token = tokens.get(next);
    if (depth > DEEPEST) {
      throw new RuleSyntaxException("nested more than " + DEEPEST + " deep", token.position);
    }
    return switch (token.kind) {
      case NOT -> {
        next++;
        yield new RuleExpression.Not(operand(depth + 1));
      }
      case OPEN -> {
        next++;
        RuleExpression inner = anyOf(depth + 1);
        if (!accept(TokenKind.CLOSE)) {
          throw expected("'and', 'or' or ')'", tokens.get(next));
        }
        yield inner;
      }
      case CHECK -> {
        next++;
        yield quotedWhole(token.text) ? unexpectedQuotes(token) : check(token.text, token.position);
      }
      case AND, OR, CLOSE, END -> throw expected("a check, 'not' or '('", token);
    };
  }

  private boolean accept(TokenKind tokenKind) {
    if (tokens.get(next).kind != tokenKind) {
      return false;
    }
    next++;
    return true;
  }

  private static RuleExpression check(String text, int position) throws RuleSyntaxException {
    if (text.equals("@")) {
      return new RuleExpression.Always();
    }
    if (text.equals("!")) {
      return new RuleExpression.Never();
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new RuleSyntaxException(
          "'" + text + "' must be a check: kind:value, '@' or '!'", position);
    }
    String kind = text.substring(0, colon);
    String value = text.substring(colon + 1);
    int valueAt = position + colon + 1;
    return switch (kind) {
      case "http", "https" -> new RuleExpression.Remote(text);
      case "rule" -> new RuleExpression.RuleReference(value);
      case "role" -> new RuleExpression.Role(TargetTemplate.parse(value, valueAt));
      case "True", "False", "None" ->
          new RuleExpression.Constant(kind, TargetTemplate.parse(value, valueAt));
      default -> generic(kind, position, TargetTemplate.parse(value, valueAt));
    };
  }

  private static RuleExpression generic(String kind, int position, TargetTemplate value)
      throws RuleSyntaxException {
    if (INTEGER.matcher(kind).matches()) {
      return new RuleExpression.Constant(kind, value);
    }
    if (quotedWhole(kind)) {
      String constant = kind.substring(1, kind.length() - 1);
      if (constant.indexOf(kind.charAt(0)) >= 0 || constant.indexOf('\\') >= 0) {
        throw new RuleSyntaxException(kind + " has a quote or a backslash inside", position);
      }
      return new RuleExpression.Constant(constant, value);
    }
    if (!isAttributeName(kind)) {
      throw new RuleSyntaxException(
          "'" + kind + "' is neither an attribute's name nor a constant", position);
    }
    return new RuleExpression.Attribute(kind, value);
  }

  /** oslo.policy hands the name to Python's parser, and fails where that does. */
  private static boolean isAttributeName(String kind) {
    String[] words = WORD_BREAK.split(kind, -1);
    for (String word : words) {
      if (!isIdentifier(word) || KEYWORDS.contains(word)) {
        return false;
      }
    }
    return kind.indexOf('.') < 0 || !WITHOUT_PARTS.contains(words[0]);
  }

  private static boolean isIdentifier(String word) {
    return !word.isEmpty()
        && (Character.isLetter(word.charAt(0)) || word.charAt(0) == '_')
        && word.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
  }

  private static boolean quotedWhole(String text) {
    char first = text.isEmpty() ? ' ' : text.charAt(0);
    return text.length() >= 2
        && (first == '\'' || first == '"')
        && text.charAt(text.length() - 1) == first;
  }

  private static RuleExpression unexpectedQuotes(Token token) throws RuleSyntaxException {
    throw new RuleSyntaxException(
        token.text + " is quoted: quotes are for a left side", token.position);
  }

  private static RuleSyntaxException expected(String what, Token found) {
    return new RuleSyntaxException(
        "expected "
            + what
            + ", found "
            + (found.kind == TokenKind.END ? "" : "'")
            + found.text
            + (found.kind == TokenKind.END ? "" : "'"),
        found.position);
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }
}

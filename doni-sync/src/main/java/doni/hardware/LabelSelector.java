package doni.hardware;

import doni.enrollment.LabelSyntax;
import doni.request.RequestRefusedException.Invalid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A selector of labels with the syntax and the meaning of Kubernetes: requirements joined by
 * commas, each of which must match. {@code !=} and {@code notin} also match hardware without the
 * label.
 *
 * @param requirements in a canonical order without repetitions, so that equal selectors are equal
 */
public record LabelSelector(List<LabelRequirement> requirements) {

  private static final String ALLOWED =
      "allowed: key=value, key==value, key!=value, key in (a,b), key notin (a,b), key, !key, joined"
          + " by commas";
  private static final int MAX_LENGTH = 2_000;

  /** What a requirement demands of the label with its key. */
  public enum LabelOperator {
    IN,
    NOT_IN,
    EXISTS,
    ABSENT
  }

  /**
   * One requirement.
   *
   * @param values sorted; empty for {@code EXISTS} and {@code ABSENT}
   */
  public record LabelRequirement(String key, LabelOperator operator, List<String> values) {

    public LabelRequirement {
      values = List.copyOf(new TreeSet<>(values));
    }

    @Override
    public String toString() {
      boolean single = values.size() == 1;
      String list = "(" + String.join(",", values) + ")";
      return switch (operator) {
        case IN -> single ? key + "=" + values.getFirst() : key + " in " + list;
        case NOT_IN -> single ? key + "!=" + values.getFirst() : key + " notin " + list;
        case EXISTS -> key;
        case ABSENT -> "!" + key;
      };
    }
  }

  public LabelSelector {
    requirements =
        requirements.stream()
            .distinct()
            .sorted(Comparator.comparing(LabelRequirement::toString))
            .toList();
  }

  /**
   * Parses a selector.
   *
   * @throws Invalid with the position of the first mistake
   */
  public static LabelSelector parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new Invalid("selector: must be at most " + MAX_LENGTH + " characters");
    }
    return new LabelSelector(new SelectorReader(text).read());
  }

  /** Returns the selector in its canonical form. */
  @Override
  public String toString() {
    return requirements.stream().map(LabelRequirement::toString).collect(Collectors.joining(","));
  }

  /** Reads a selector from left to right. */
  private static final class SelectorReader {

    private static final int MAX_REQUIREMENTS = 20;
    private static final int MAX_VALUES = 100;
    private static final String END = "";
    private static final String SYMBOLS = "=!,()";

    private final String text;
    private int next;

    /** Where the current token begins, and the token; empty at the end. */
    private int start;

    private String token = END;

    SelectorReader(String text) {
      this.text = text;
      advance();
    }

    List<LabelRequirement> read() {
      List<LabelRequirement> requirements = new ArrayList<>();
      while (true) {
        if (requirements.size() == MAX_REQUIREMENTS) {
          throw invalid("must not have more than " + MAX_REQUIREMENTS + " requirements");
        }
        requirements.add(requirement());
        if (token.isEmpty()) {
          return requirements;
        }
        accept(",", "',' or the end");
      }
    }

    private LabelRequirement requirement() {
      if (token.equals("!")) {
        advance();
        return new LabelRequirement(key(), LabelOperator.ABSENT, List.of());
      }
      String key = key();
      return switch (token) {
        case "=", "==" -> {
          advance();
          yield new LabelRequirement(key, LabelOperator.IN, List.of(value()));
        }
        case "!=" -> {
          advance();
          yield new LabelRequirement(key, LabelOperator.NOT_IN, List.of(value()));
        }
        case "in" -> {
          advance();
          yield new LabelRequirement(key, LabelOperator.IN, values());
        }
        case "notin" -> {
          advance();
          yield new LabelRequirement(key, LabelOperator.NOT_IN, values());
        }
        case ",", END -> new LabelRequirement(key, LabelOperator.EXISTS, List.of());
        default -> throw expected("an operator, ',' or the end");
      };
    }

    private String key() {
      if (isSymbol()) {
        throw expected("a key");
      }
      if (!LabelSyntax.isKey(token)) {
        throw invalid("the key " + quoted() + " must be " + LabelSyntax.KEY);
      }
      String key = token;
      advance();
      return key;
    }

    /** Reads a value, which may be empty. */
    private String value() {
      if (token.isEmpty() || token.equals(",") || token.equals(")")) {
        return "";
      }
      if (isSymbol()) {
        throw expected("a value");
      }
      if (!LabelSyntax.isValue(token)) {
        throw invalid("the value " + quoted() + " must be " + LabelSyntax.VALUE);
      }
      String value = token;
      advance();
      return value;
    }

    private List<String> values() {
      accept("(", "'('");
      List<String> values = new ArrayList<>();
      while (true) {
        if (values.size() == MAX_VALUES) {
          throw invalid("must not have more than " + MAX_VALUES + " values");
        }
        values.add(value());
        if (token.equals(")")) {
          advance();
          return values;
        }
        accept(",", "',' or ')'");
      }
    }

    private void accept(String symbol, String description) {
      if (!token.equals(symbol)) {
        throw expected(description);
      }
      advance();
    }

    private boolean isSymbol() {
      return token.isEmpty() || SYMBOLS.indexOf(token.charAt(0)) >= 0;
    }

    private void advance() {
      while (next < text.length() && isBlank(text.charAt(next))) {
        next++;
      }
      start = next;
      if (next < text.length() && SYMBOLS.indexOf(text.charAt(next)) >= 0) {
        boolean pair = text.startsWith("==", next) || text.startsWith("!=", next);
        next += pair ? 2 : 1;
      } else {
        while (next < text.length()
            && !isBlank(text.charAt(next))
            && SYMBOLS.indexOf(text.charAt(next)) < 0) {
          next++;
        }
      }
      token = text.substring(start, next);
    }

    private static boolean isBlank(char character) {
      return character == ' ' || character == '\t';
    }

    private Invalid expected(String description) {
      return invalid("expected " + description + ", not " + quoted());
    }

    private String quoted() {
      if (token.isEmpty()) {
        return "the end";
      }
      return "'" + (token.length() <= 100 ? token : token.substring(0, 100) + "...") + "'";
    }

    private Invalid invalid(String problem) {
      return new Invalid(
          "selector: at character %d: %s; %s".formatted(start + 1, problem, ALLOWED));
    }
  }
}

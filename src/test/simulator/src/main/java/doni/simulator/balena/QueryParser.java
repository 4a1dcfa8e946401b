package doni.simulator.balena;

import static java.nio.charset.StandardCharsets.UTF_8;

import doni.simulator.http.Request;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Parses a URL as the server does: before it is decoded, so that only the inside of a quoted text,
 * a space, a quote and the sign before an option may be percent-encoded.
 */
final class QueryParser {

  private final String text;
  private final String whole;
  private final Map<String, String> aliases = new HashMap<>();
  private final List<String> variables = new ArrayList<>();
  private int at;

  private QueryParser(String text, String whole) {
    this.text = text;
    this.whole = whole;
  }

  /**
   * @param path below the version, decoded
   */
  static Query parse(Request request, String path) {
    String whole = request.path() + (request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery());
    QueryParser ofPath = new QueryParser(path, whole);
    String table = ofPath.name();
    if (!Tables.exists(table)) {
      throw Refused.empty(401);
    }
    Query.Condition key = ofPath.takes("(") ? ofPath.key() : null;
    boolean counted = ofPath.takes("/$count");
    ofPath.end();
    QueryParser ofQuery = new QueryParser(request.rawQuery(), whole);
    ofQuery.rememberAliases();
    return new Query(table, key, counted, ofQuery.options("&", ""));
  }

  private Query.Condition key() {
    if (Character.isDigit(peek())) {
      long id = number();
      expect(")");
      return (tables, table, row) -> row.path("id").asLong() == id;
    }
    List<Query.Condition> parts = new ArrayList<>();
    do {
      String field = name();
      expect("=");
      Object value = literal();
      parts.add((tables, table, row) -> {
        // Only what is declared unique can be a key.
        if (!List.of("uuid", "slug", "device", "service_install", "name").contains(field)) {
          throw Refused.empty(500);
        }
        return matches(row.path(field), value);
      });
    } while (takes(","));
    expect(")");
    return (tables, table, row) -> parts.stream().allMatch(part -> part.holds(tables, table, row));
  }

  private Query.Options options(String separators, String end) {
    Query.Condition filter = null;
    List<String> select = null;
    List<Query.Order> order = List.of();
    List<Query.Expansion> expand = List.of();
    long top = Long.MAX_VALUE;
    long skip = 0;
    while (at < text.length() && (end.isEmpty() || !looksAt(end))) {
      if (!takes("$") && !takes("%24")) {
        // An option without its sign is ignored.
        at = Math.max(at + 1, next(separators));
        takesAny(separators);
        continue;
      }
      String option = name();
      expect("=");
      switch (option) {
        case "filter" -> filter = disjunction();
        case "select" -> select = names();
        case "orderby" -> order = orders();
        case "expand" -> expand = expansions();
        case "top" -> top = number();
        case "skip" -> skip = number();
        case "count" -> name();
        default -> throw malformed();
      }
      if (!takesAny(separators) && !(at == text.length() || (!end.isEmpty() && looksAt(end)))) {
        throw malformed();
      }
    }
    return new Query.Options(filter, select, order, expand, top, skip);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    do {
      names.add(name());
    } while (takes(","));
    return names;
  }

  private List<Query.Order> orders() {
    List<Query.Order> orders = new ArrayList<>();
    do {
      String field = name();
      boolean descending = false;
      if (space()) {
        descending = name().equals("desc");
      }
      orders.add(new Query.Order(field, descending));
    } while (takes(","));
    return orders;
  }

  private List<Query.Expansion> expansions() {
    List<Query.Expansion> expansions = new ArrayList<>();
    do {
      String link = name();
      Query.Options inner = new Query.Options(null, null, List.of(), List.of(), Long.MAX_VALUE, 0);
      if (takes("(")) {
        inner = options(";&", ")");
        expect(")");
      }
      expansions.add(new Query.Expansion(link, inner));
    } while (takes(","));
    return expansions;
  }

  private Query.Condition disjunction() {
    List<Query.Condition> parts = new ArrayList<>();
    do {
      parts.add(conjunction());
    } while (takesWord("or"));
    return (tables, table, row) -> parts.stream().anyMatch(part -> part.holds(tables, table, row));
  }

  private Query.Condition conjunction() {
    List<Query.Condition> parts = new ArrayList<>();
    do {
      parts.add(comparison());
    } while (takesWord("and"));
    return (tables, table, row) -> parts.stream().allMatch(part -> part.holds(tables, table, row));
  }

  private Query.Condition comparison() {
    String field = name();
    if (variables.contains(field)) {
      expect("/");
      field = name();
    }
    String name = field;
    if (takes("/")) {
      if (!name().equals("any")) {
        throw malformed();
      }
      return any(name);
    }
    if (!takesWord("eq")) {
      throw malformed();
    }
    skipSpace();
    Object value = literal();
    return (tables, table, row) -> {
      if (!Tables.hasField(table, name)) {
        throw Refused.empty(500);
      }
      return matches(row.path(name), value);
    };
  }

  private Query.Condition any(String link) {
    expect("(");
    variables.add(name());
    expect(":");
    Query.Condition inner = disjunction();
    expect(")");
    variables.removeLast();
    return (tables, table, row) -> {
      String target = Tables.link(table, link).orElseThrow(() -> Refused.empty(500)).target();
      return tables.linked(table, row, link).stream()
          .anyMatch(linked -> inner.holds(tables, target, linked));
    };
  }

  private static boolean matches(JsonNode field, Object value) {
    JsonNode plain = field.has("__id") ? field.path("__id") : field;
    if (!plain.isNumber()) {
      return plain.asString("").equals(value);
    }
    String digits = value.toString();
    if (!digits.matches("\\d+") || digits.length() > 10) {
      throw Refused.empty(500);
    }
    return plain.asLong() == Long.parseLong(digits);
  }

  private Object literal() {
    if (takes("@")) {
      String alias = name();
      return new QueryParser(aliases.getOrDefault(alias, ""), whole).literal();
    }
    if (!takes("'") && !takes("%27")) {
      return number();
    }
    StringBuilder value = new StringBuilder();
    while (true) {
      if (at >= text.length()) {
        throw Refused.empty(500);
      }
      if (takes("'") || takes("%27")) {
        if (!takes("'") && !takes("%27")) {
          return URLDecoder.decode(value.toString().replace("+", "%2B"), UTF_8);
        }
        value.append('\'');
      } else {
        value.append(text.charAt(at++));
      }
    }
  }

  private long number() {
    int start = at;
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    String digits = text.substring(start, at);
    if (digits.isEmpty() || (at < text.length() && Character.isLetter(text.charAt(at)))) {
      throw malformed();
    }
    if (digits.length() > 10 || Long.parseLong(digits) > Integer.MAX_VALUE) {
      throw Refused.empty(500);
    }
    return Long.parseLong(digits);
  }

  private String name() {
    int start = at;
    while (at < text.length() && (Character.isLetterOrDigit(peek()) || peek() == '_')) {
      at++;
    }
    if (start == at) {
      throw malformed();
    }
    return text.substring(start, at);
  }

  private void rememberAliases() {
    for (String part : text.split("&", -1)) {
      if (part.startsWith("@") && part.contains("=")) {
        aliases.put(part.substring(1, part.indexOf('=')), part.substring(part.indexOf('=') + 1));
      }
    }
  }

  private boolean takesWord(String word) {
    int before = at;
    if (space() && takes(word) && (at == text.length() || space())) {
      return true;
    }
    at = before;
    return false;
  }

  private void skipSpace() {
    var _ = space();
  }

  private boolean space() {
    int before = at;
    while (takes(" ") || takes("+") || takes("%20")) {
      // A run of them is one.
    }
    return at > before;
  }

  private boolean takesAny(String signs) {
    if (at < text.length() && signs.indexOf(peek()) >= 0) {
      at++;
      return true;
    }
    return false;
  }

  private int next(String signs) {
    int i = at;
    while (i < text.length() && signs.indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  private boolean takes(String part) {
    if (looksAt(part)) {
      at += part.length();
      return true;
    }
    return false;
  }

  private boolean looksAt(String part) {
    return text.startsWith(part, at);
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void expect(String part) {
    if (!takes(part)) {
      throw malformed();
    }
  }

  private void end() {
    if (at != text.length()) {
      throw malformed();
    }
  }

  private RuntimeException malformed() {
    return Refused.text(400, "Malformed url: '" + whole + "'");
  }
}

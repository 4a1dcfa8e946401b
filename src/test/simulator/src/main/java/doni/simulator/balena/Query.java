package doni.simulator.balena;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A parsed request for rows of a resource.
 *
 * @param key of a single row; null for the whole collection
 * @param counted whether only the number of rows is requested
 */
record Query(String table, @Nullable Condition key, boolean counted, Options options) {

  /** Decides whether a row is part of the answer. */
  @FunctionalInterface
  interface Condition {
    boolean holds(Tables tables, String table, ObjectNode row);
  }

  record Order(String field, boolean descending) {}

  record Expansion(String link, Options options) {}

  /**
   * @param select null for all fields
   */
  record Options(
      @Nullable Condition filter,
      @Nullable List<String> select,
      List<Order> order,
      List<Expansion> expand,
      long top,
      long skip) {}

  /** Returns the requested rows as they are stored. */
  List<ObjectNode> rows(Tables tables) {
    checkFields(table, options);
    return chosen(tables, table, tables.where(table, row -> keyed(tables, row)), options);
  }

  /** Returns the body of the answer to a GET. */
  ObjectNode answer(Tables tables, List<ObjectNode> rows) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    if (counted) {
      return answer.put("d", rows.size());
    }
    answer.set("d", shown(tables, table, rows, options));
    return answer;
  }

  private boolean keyed(Tables tables, ObjectNode row) {
    return key == null || key.holds(tables, table, row);
  }

  private static List<ObjectNode> chosen(
      Tables tables, String table, List<ObjectNode> rows, Options options) {
    Condition filter = options.filter();
    Comparator<ObjectNode> order = Comparator.comparingInt(row -> 0);
    for (Order one : options.order()) {
      Comparator<ObjectNode> next = Comparator.comparing(row -> sortable(row.path(one.field())));
      order = order.thenComparing(one.descending() ? next.reversed() : next);
    }
    return rows.stream()
        .filter(row -> filter == null || filter.holds(tables, table, row))
        .sorted(order)
        .skip(options.skip())
        .limit(options.top())
        .toList();
  }

  private static String sortable(JsonNode value) {
    return value.isNumber() ? "%020d".formatted(value.asLong()) : value.asString("");
  }

  private static ArrayNode shown(
      Tables tables, String table, List<ObjectNode> rows, Options options) {
    ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    for (ObjectNode row : rows) {
      ObjectNode one = shown.addObject();
      for (Expansion expansion : options.expand()) {
        String target =
            Tables.link(table, expansion.link()).orElseThrow(() -> Refused.empty(500)).target();
        checkFields(target, expansion.options());
        List<ObjectNode> linked = tables.linked(table, row, expansion.link());
        one.set(
            expansion.link(),
            shown(
                tables,
                target,
                chosen(tables, target, linked, expansion.options()),
                expansion.options()));
      }
      row.properties().stream()
          .filter(field -> !one.has(field.getKey()))
          .filter(field -> isSelected(field.getKey(), options))
          .forEach(field -> one.set(field.getKey(), field.getValue()));
    }
    return shown;
  }

  private static boolean isSelected(String field, Options options) {
    List<String> select = options.select();
    return select == null || select.contains(field);
  }

  private static void checkFields(String table, Options options) {
    List<String> fields = new ArrayList<>(Optional.ofNullable(options.select()).orElse(List.of()));
    options.order().forEach(order -> fields.add(order.field()));
    if (!fields.stream().allMatch(field -> Tables.hasField(table, field))) {
      throw Refused.empty(500);
    }
  }
}

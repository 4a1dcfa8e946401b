package doni.worker.balena;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads resources. */
final class Rows {

  private final BalenaApi api;
  private final Access access;

  Rows(BalenaApi api, Access access) {
    this.api = api;
    this.access = access;
  }

  /**
   * @param query the resource with what is to be selected of it
   */
  List<JsonNode> of(String query) {
    JsonNode rows = access.with(() -> api.get(OData.ROOT + query)).path("d");
    if (!rows.isArray()) {
      throw BalenaApi.incomprehensible("rows", false);
    }
    return rows.valueStream().toList();
  }

  static long id(JsonNode row, String field) {
    JsonNode value = row.path(field);
    if (!value.isIntegralNumber()) {
      throw BalenaApi.incomprehensible(field, false);
    }
    return value.asLong();
  }

  static String text(JsonNode row, String field) {
    JsonNode value = row.path(field);
    if (!value.isString()) {
      throw BalenaApi.incomprehensible(field, false);
    }
    return value.asString();
  }

  /** The row that an expanded link leads to. */
  static JsonNode linked(JsonNode row, String link) {
    JsonNode rows = row.path(link);
    if (!rows.isArray() || rows.isEmpty()) {
      throw BalenaApi.incomprehensible(link, false);
    }
    return rows.get(0);
  }
}

package doni.worker.balena;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/**
 * How Balena's resources are addressed: it takes a query apart before it decodes it, so that only
 * the inside of a quoted text may be percent-encoded.
 */
final class OData {

  static final String ROOT = "/v7/";

  private OData() {}

  /** A text in a key or a filter. */
  static String literal(String text) {
    return "'" + URLEncoder.encode(text.replace("'", "''"), UTF_8).replace("+", "%20") + "'";
  }

  /**
   * A single row, by its key in the path: the only thing that may be changed or deleted. A filter
   * that Balena does not understand it ignores, and would change every row.
   */
  record Row(String resource, String key) {

    static Row of(String resource, long id) {
      return new Row(resource, Long.toString(id));
    }

    static Row ofDevice(String uuid) {
      return new Row("device", "uuid=" + literal(uuid));
    }

    Row {
      if (key.isBlank() || key.equals("uuid=''")) {
        throw new IllegalArgumentException("no single row of " + resource + " is named");
      }
    }

    String path() {
      return ROOT + resource + "(" + key + ")";
    }
  }
}

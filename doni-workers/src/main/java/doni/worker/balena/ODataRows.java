package doni.worker.balena;

import static java.nio.charset.StandardCharsets.UTF_8;

import doni.worker.balena.BalenaApi.AnsweredJson;
import java.net.URLEncoder;
import java.util.List;

/**
 * Reads and addresses rows of Balena's resources. Balena parses a query before it decodes it, so
 * only the inside of a quoted text may be percent-encoded.
 */
record ODataRows(BalenaApi api, TokenCheck token) {

  static final String ROOT = "/v7/";

  /**
   * Reads rows.
   *
   * @param query the resource and its query options
   */
  List<AnsweredJson> read(String query) {
    return token.check(() -> api.get(ROOT + query)).rows("d");
  }

  /** Returns a text as it is written in a key or a filter. */
  static String literal(String text) {
    return "'" + URLEncoder.encode(text.replace("'", "''"), UTF_8).replace("+", "%20") + "'";
  }

  /**
   * The path of a single row by its key: only such a row may be changed or deleted. Balena ignores
   * a filter that it does not understand, and would change every row.
   */
  record RowPath(String resource, String key) {

    static RowPath of(String resource, long id) {
      return new RowPath(resource, Long.toString(id));
    }

    static RowPath ofDevice(String uuid) {
      return new RowPath("device", "uuid=" + literal(uuid));
    }

    RowPath {
      if (key.isBlank() || key.equals("uuid=''")) {
        throw new IllegalArgumentException("a row of " + resource + " needs a key");
      }
    }

    String path() {
      return ROOT + resource + "(" + key + ")";
    }
  }
}

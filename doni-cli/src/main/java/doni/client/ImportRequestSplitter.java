package doni.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Splits the lines of an import into requests. */
public final class ImportRequestSplitter {

  /**
   * One request.
   *
   * @param linesBefore number of lines in earlier parts
   */
  public record ImportPart(int linesBefore, String text) {}

  public static final String JSON_LINES = "application/x-ndjson";

  /** Small enough to be answered well before a timeout. */
  private static final int LINES = 1_000;

  private static final int BYTES = 4 * 1024 * 1024;

  private ImportRequestSplitter() {}

  public static List<ImportPart> of(List<String> lines) {
    List<ImportPart> parts = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int at = 0; at < lines.size(); at++) {
      long more = lines.get(at).getBytes(StandardCharsets.UTF_8).length + 1L;
      if (at > from && (at - from == LINES || bytes + more > BYTES)) {
        parts.add(part(lines, from, at));
        from = at;
        bytes = 0;
      }
      bytes += more;
    }
    if (from < lines.size()) {
      parts.add(part(lines, from, lines.size()));
    }
    return parts;
  }

  private static ImportPart part(List<String> lines, int from, int to) {
    return new ImportPart(from, String.join("\n", lines.subList(from, to)));
  }
}

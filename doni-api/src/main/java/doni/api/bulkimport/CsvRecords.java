package doni.api.bulkimport;

import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;

/** Reads CSV (RFC 4180), with quoted cells that may contain doubled quotes and line breaks. */
final class CsvRecords {

  /**
   * One record.
   *
   * @param line number of its first line, from 1
   */
  record CsvRecord(int line, List<String> cells) {}

  private final String text;
  private int at;
  private int line = 1;

  private CsvRecords(String text) {
    this.text = text;
  }

  /**
   * Returns all records except empty lines.
   *
   * @throws RequestRefusedException.Invalid if a quote is not closed
   */
  static List<CsvRecord> of(String text) {
    return new CsvRecords(text.startsWith("\ufeff") ? text.substring(1) : text).records();
  }

  private List<CsvRecord> records() {
    List<CsvRecord> records = new ArrayList<>();
    while (at < text.length()) {
      int began = line;
      List<String> cells = cells();
      if (cells.size() > 1 || !cells.getFirst().isEmpty()) {
        records.add(new CsvRecord(began, cells));
      }
    }
    return records;
  }

  private List<String> cells() {
    List<String> cells = new ArrayList<>();
    cells.add(cell());
    while (at < text.length() && text.charAt(at) == ',') {
      at++;
      cells.add(cell());
    }
    endLine();
    return cells;
  }

  private String cell() {
    return at < text.length() && text.charAt(at) == '"' ? quoted() : plain();
  }

  private String plain() {
    int began = at;
    while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return text.substring(began, at);
  }

  private String quoted() {
    int began = line;
    StringBuilder cell = new StringBuilder();
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"' && (at == text.length() || text.charAt(at) != '"')) {
        return afterQuote(cell.toString());
      }
      at += c == '"' ? 1 : 0;
      line += c == '\n' ? 1 : 0;
      cell.append(c);
    }
    throw new RequestRefusedException.Invalid("line " + began + ": unclosed quote");
  }

  private String afterQuote(String cell) {
    if (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      throw new RequestRefusedException.Invalid(
          "line " + line + ": a closing quote must be followed by a comma or the end of the line");
    }
    return cell;
  }

  private void endLine() {
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '\n') {
      at++;
    }
    line++;
  }
}

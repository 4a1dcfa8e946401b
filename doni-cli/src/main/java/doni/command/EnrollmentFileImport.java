package doni.command;

import doni.client.CommandFailedException;
import doni.client.ImportRequestSplitter;
import doni.client.ImportText;
import doni.client.JsonRows;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import doni.client.UnreadableTextException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Enrolls the devices of a file. */
final class EnrollmentFileImport {

  private static final String PATH = "/v1/hardware:import";
  private static final int MAX_REQUEST_BYTES = 8 * 1024 * 1024;
  private static final int MAX_FILE_BYTES = 512 * 1024 * 1024;

  private final Path file;
  private final String mode;
  private final boolean dryRun;
  private final boolean json;
  private final PrintWriter out;
  private final List<Object> rows = new ArrayList<>();

  private int created;
  private int existing;
  private int refused;

  EnrollmentFileImport(Path file, String mode, boolean dryRun, boolean json, PrintWriter out) {
    this.file = file;
    this.mode = mode;
    this.dryRun = dryRun;
    this.json = json;
    this.out = out;
  }

  /**
   * Sends the file and prints the result.
   *
   * @return whether no row was refused
   */
  boolean run(ServiceApiClient client) {
    try {
      send(client);
    } catch (CommandFailedException e) {
      if (created + existing + refused > 0) {
        throw new CommandFailedException(
            "%s; before that: %s. Run the command again".formatted(e.getMessage(), counts()),
            e.retryable());
      }
      throw e;
    }
    if (json) {
      out.println(new JsonValue(document()).pretty());
    } else {
      out.println((dryRun ? "dry run: " : "") + counts());
      if (nothingStored()) {
        out.println("nothing was stored");
      }
    }
    out.flush();
    return refused == 0;
  }

  private boolean nothingStored() {
    return dryRun || (mode.equals("all") && refused > 0);
  }

  private String counts() {
    return "%d created, %d already enrolled, %d refused".formatted(created, existing, refused);
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("stored", !nothingStored());
    document.put("created", created);
    document.put("exists", existing);
    document.put("refused", refused);
    document.put("rows", rows);
    return document;
  }

  private void send(ServiceApiClient client) {
    String text = read();
    boolean csv = file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    if (JsonRows.isJson(text) || (text.isBlank() && !csv)) {
      sendJson(client, text);
    } else {
      requireOneRequest(text);
      report(client.send(path(), "text/csv", text), line -> line);
    }
  }

  /** Sends each row as one line, whatever the layout of the file. */
  private void sendJson(ServiceApiClient client, String text) {
    List<Integer> lines = new ArrayList<>();
    List<String> bodies = new ArrayList<>();
    for (JsonRows.JsonRow row : separate(text)) {
      lines.add(row.line());
      bodies.add(row.text().replaceAll("\\R", " "));
    }
    List<ImportRequestSplitter.ImportPart> parts =
        mode.equals("all")
            ? List.of(new ImportRequestSplitter.ImportPart(0, String.join("\n", bodies)))
            : ImportRequestSplitter.of(bodies);
    for (ImportRequestSplitter.ImportPart part : parts) {
      requireOneRequest(part.text());
      report(
          client.send(path(), ImportRequestSplitter.JSON_LINES, part.text()),
          line -> lines.get(part.linesBefore() + line - 1));
    }
  }

  private Iterable<JsonRows.JsonRow> separate(String text) {
    try {
      return JsonRows.of(text, Integer.MAX_VALUE).rows();
    } catch (UnreadableTextException e) {
      throw new CommandFailedException(file + ": " + e.getMessage(), false);
    }
  }

  private void requireOneRequest(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > MAX_REQUEST_BYTES) {
      throw new CommandFailedException(
          file + " is larger than 8 MiB; only JSON of --mode row is sent in parts", false);
    }
  }

  private String path() {
    return PATH + "?mode=" + mode + "&dry_run=" + dryRun;
  }

  private String read() {
    try (InputStream in = Files.newInputStream(file)) {
      return ImportText.read(in, MAX_FILE_BYTES);
    } catch (UnreadableTextException e) {
      throw new CommandFailedException(file + ": " + e.getMessage(), false);
    } catch (IOException e) {
      throw new CommandFailedException(
          file + " cannot be read (" + e.getClass().getSimpleName() + ")", false);
    }
  }

  private void report(JsonValue report, IntUnaryOperator lineOfFile) {
    created += (int) report.path("created").number();
    existing += (int) report.path("exists").number();
    refused += (int) (report.path("differs").number() + report.path("invalid").number());
    for (JsonValue row : report.path("rows").elements()) {
      int line = lineOfFile.applyAsInt((int) Math.max(1, row.path("line").number()));
      if (json) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        row.names().forEach(name -> members.put(name, row.path(name).value()));
        members.put("line", (long) line);
        rows.add(members);
      } else {
        print(row, line);
      }
    }
    out.flush();
  }

  private void print(JsonValue row, int line) {
    String outcome = row.path("outcome").text();
    if (outcome.equals("differs") || outcome.equals("invalid")) {
      String name = row.path("name").text();
      out.println(
          TerminalText.line(
              "line %d%s: %s: %s"
                  .formatted(
                      line,
                      name.isEmpty() ? "" : " (" + name + ")",
                      outcome,
                      String.join("; ", row.path("violations").texts()))));
    }
  }
}

package doni.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Enrolls the devices of a file. */
final class EnrollmentFileImport {

  private static final int MAX_BYTES = 8 * 1024 * 1024;

  private final Path file;
  private final ImportCommand.ImportMode mode;
  private final boolean dryRun;
  private final boolean json;
  private final PrintWriter out;
  private final List<JsonNode> rows = new ArrayList<>();

  private int created;
  private int existing;
  private int refused;

  EnrollmentFileImport(
      Path file, ImportCommand.ImportMode mode, boolean dryRun, boolean json, PrintWriter out) {
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
      out.println(ImportCommand.JSON.writeValueAsString(document()));
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
    return dryRun || (mode == ImportCommand.ImportMode.all && refused > 0);
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
    if (csv || mode == ImportCommand.ImportMode.all) {
      if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
        throw new CommandFailedException(
            file + " is larger than 8 MiB; only JSON lines of --mode row are sent in parts", false);
      }
      report(client.send(path(), csv ? "text/csv" : ImportRequestSplitter.JSON_LINES, text), 0);
      return;
    }
    for (ImportRequestSplitter.ImportPart part : ImportRequestSplitter.of(text.lines().toList())) {
      report(
          client.send(path(), ImportRequestSplitter.JSON_LINES, part.text()), part.linesBefore());
    }
  }

  private String path() {
    return ImportCommand.PATH + "?mode=" + mode + "&dry_run=" + dryRun;
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailedException(
          file + " cannot be read (" + e.getClass().getSimpleName() + ")", false);
    }
  }

  private void report(JsonNode report, int linesBefore) {
    created += report.path("created").asInt(0);
    existing += report.path("exists").asInt(0);
    refused += report.path("differs").asInt(0) + report.path("invalid").asInt(0);
    for (JsonNode row : report.path("rows")) {
      int line = row.path("line").asInt(0) + linesBefore;
      if (json) {
        rows.add(row instanceof ObjectNode object ? object.put("line", line) : row);
      } else {
        print(row, line);
      }
    }
    out.flush();
  }

  private void print(JsonNode row, int line) {
    String outcome = row.path("outcome").asString("");
    if (outcome.equals("differs") || outcome.equals("invalid")) {
      String name = row.path("name").asString("");
      out.println(
          TerminalText.line(
              "line %d%s: %s: %s"
                  .formatted(
                      line,
                      name.isEmpty() ? "" : " (" + name + ")",
                      outcome,
                      String.join("; ", ImportCommand.texts(row.path("violations"))))));
    }
  }
}

package doni.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** Enrolls the devices of a file. */
@Command(
    name = "import",
    description = {
      "Enrolls the devices of a file: JSON lines, or CSV where its name ends with .csv.",
      "What is there already is compared and never changed: after a break, run it again."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every row is enrolled, now or before",
      "1:the service refused, or did not answer; some rows may be enrolled",
      "2:the command line is not understood",
      "3:some rows are invalid, or differ from what is there; they are printed"
    },
    footer = {
      "",
      "Examples:",
      "  doni import devices.jsonl --dry-run",
      "  doni import devices.csv --mode all"
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  /** Small enough that a part is answered well before anybody gives up waiting. */
  private static final int LINES_AT_ONCE = 1_000;

  private static final int LARGEST = 8 * 1024 * 1024;
  private static final int LOOK = 3;

  /** What a row that cannot be taken means for the others. */
  enum Mode {
    row,
    all
  }

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file = Path.of("");

  @Option(names = "--dry-run", description = "Says what would become of the rows; stores nothing.")
  private boolean dryRun;

  @Option(
      names = "--mode",
      description = "row (the default): each row for itself; all: none, where one cannot be taken.")
  private Mode mode = Mode.row;

  @Spec private @Nullable CommandSpec spec;

  private int created;
  private int existing;
  private int refused;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try (ServiceClient client = service.client()) {
      send(client, line.getOut());
      line.getOut()
          .printf(
              "%s%d created, %d there already, %d refused%n",
              dryRun ? "dry run: " : "", created, existing, refused);
      if (mode == Mode.all && refused > 0) {
        line.getOut().println("nothing was stored");
      }
      line.getOut().flush();
      return refused == 0 ? CommandLine.ExitCode.OK : LOOK;
    } catch (CommandFailure e) {
      line.getErr().println("doni import: " + e.getMessage());
      line.getErr().flush();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void send(ServiceClient client, PrintWriter out) {
    String text = read();
    boolean csv = file.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    if (csv || mode == Mode.all) {
      if (text.getBytes(StandardCharsets.UTF_8).length > LARGEST) {
        throw new CommandFailure(
            file + " is larger than 8 MiB; only JSON lines of --mode row are sent in parts", false);
      }
      report(client.send(path(), csv ? "text/csv" : "application/x-ndjson", text), 0, out);
      return;
    }
    List<String> lines = text.lines().toList();
    for (int at = 0; at < lines.size(); at += LINES_AT_ONCE) {
      String part =
          String.join("\n", lines.subList(at, Math.min(lines.size(), at + LINES_AT_ONCE)));
      report(client.send(path(), "application/x-ndjson", part), at, out);
    }
  }

  private String path() {
    return "/v1/hardware:import?mode=" + mode + "&dry_run=" + dryRun;
  }

  private String read() {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailure(
          file + " cannot be read (" + e.getClass().getSimpleName() + ")", false);
    }
  }

  private void report(JsonNode report, int linesBefore, PrintWriter out) {
    created += report.path("created").asInt(0);
    existing += report.path("exists").asInt(0);
    refused += report.path("differs").asInt(0) + report.path("invalid").asInt(0);
    for (JsonNode row : report.path("rows")) {
      String outcome = row.path("outcome").asString("");
      if (outcome.equals("differs") || outcome.equals("invalid")) {
        String name = row.path("name").asString("");
        out.println(
            Printable.line(
                "line %d%s: %s: %s"
                    .formatted(
                        row.path("line").asInt(0) + linesBefore,
                        name.isEmpty() ? "" : " (" + name + ")",
                        outcome,
                        String.join(
                            "; ",
                            row.path("violations")
                                .valueStream()
                                .map(one -> one.asString(""))
                                .toList()))));
      }
    }
    out.flush();
  }
}

package doni.cli;

import doni.backend.BackendException;
import doni.migration.MigrationReport;
import doni.migration.MigrationReport.MigrationFinding;
import doni.migration.OriginalDatabaseMigration;
import doni.migration.OriginalDatabaseMigration.MigrationFailedException;
import doni.migration.OriginalInventory;
import doni.migration.OriginalInventory.Counts;
import doni.migration.OriginalInventory.OriginalDatabaseUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code doni migrate-from}: imports the database of the original Doni. */
@Command(
    name = "migrate-from",
    description = {
      "Imports devices, reservation windows and worker reports from the MariaDB of the original Doni.",
      "Stop the original's workers first; otherwise two services write to the same backends. Existing devices are not"
          + " changed, so the command can be repeated, also while the service runs.",
      InventoryCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 everything is imported, 1 failure, 2 invalid arguments, 3 some data was not imported or differs.",
      "",
      "Example:",
      "  doni migrate-from jdbc:mariadb://db.example.org:3306/doni --username doni --password-file doni.pw --dry-run"
    },
    mixinStandardHelpOptions = true)
final class MigrateFromCommand extends InventoryCommand {

  private static final String PASSWORD = "DONI_MIGRATE_PASSWORD";

  @Parameters(
      paramLabel = "URL",
      description = "URL of the original's database: jdbc:mariadb://host:3306/doni")
  private String url = "";

  @Option(names = "--username", description = "Database user.")
  private @Nullable String username;

  @Option(
      names = "--password-file",
      description = "File with the password (default: environment variable " + PASSWORD + ").")
  private @Nullable Path passwordFile;

  @Option(
      names = "--dry-run",
      description = "Runs and checks everything, then rolls back each transaction.")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (!url.startsWith("jdbc:mariadb://")) {
      throw new ParameterException(
          spec().commandLine(), "URL must have the form jdbc:mariadb://host:3306/database");
    }
    return super.call();
  }

  @Override
  int work(ConfigurableApplicationContext inventory) {
    try (OriginalInventory original = OriginalInventory.open(url, username, password())) {
      MigrationReport report =
          inventory.getBean(OriginalDatabaseMigration.class).run(original, dryRun);
      print(report, out());
      return report.complete() ? 0 : FINDINGS;
    } catch (OriginalDatabaseUnavailableException e) {
      return failed(DatabaseFailureText.withoutSecrets(url) + " " + oneLine(e));
    } catch (BackendException e) {
      return failed("another migration is running");
    } catch (IOException e) {
      return failed("the password file cannot be read (" + e.getClass().getSimpleName() + ")");
    } catch (MigrationFailedException e) {
      return failed(oneLine(e));
    } catch (DataAccessException | TransactionException e) {
      return failed("database error (" + e.getClass().getSimpleName() + ")");
    }
  }

  private @Nullable String password() throws IOException {
    return passwordFile == null ? System.getenv(PASSWORD) : Files.readString(passwordFile).strip();
  }

  static void print(MigrationReport report, PrintWriter out) {
    out.println((report.dryRun() ? "dry run, nothing was stored" : "done"));
    out.println("  read        " + text(report.read()) + ", equal to the counts of the original");
    out.println(
        "  imported    "
            + text(report.taken())
            + (report.dryRun() ? "" : ", verified before each commit"));
    out.println("  existing    " + report.there() + " devices, unchanged");
    out.println(
        "  deleted     "
            + report.goneHere()
            + " devices that were imported earlier and deleted since");
    out.println(
        "  skipped     "
            + report.cleanedUp()
            + " deleted devices that the original has cleaned up");
    out.println("  enrollments sha256 " + report.enrollmentsRead() + " of the original");
    out.println("              sha256 " + report.enrollmentsStored() + " of the inventory");
    out.println("  tasks       sha256 " + report.tasksRead() + " of the original, translated");
    out.println("              sha256 " + report.tasksStored() + " of the inventory");
    for (MigrationFinding.FindingKind findingKind : MigrationFinding.FindingKind.values()) {
      report.findings().stream()
          .filter(finding -> finding.kind() == findingKind)
          .forEach(finding ->
              out.println(label(findingKind) + " " + finding.device() + ": " + finding.text()));
    }
    out.flush();
  }

  private static String label(MigrationFinding.FindingKind findingKind) {
    return switch (findingKind) {
      case NOT_TAKEN -> "NOT IMPORTED";
      case DIFFERS -> "DIFFERS";
      case TO_FIX -> "TO FIX";
      case NOTE -> "NOTE";
    };
  }

  private static String text(Counts counts) {
    return "%d devices, %d tasks, %d windows"
        .formatted(counts.devices(), counts.tasks(), counts.windows());
  }

  private static String oneLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
  }
}

package doni.cli;

import doni.backend.BackendException;
import doni.migration.Migration;
import doni.migration.MigrationFailedException;
import doni.migration.MigrationFinding;
import doni.migration.MigrationReport;
import doni.migration.OriginalDatabase;
import doni.migration.OriginalInventory.Counts;
import doni.migration.OriginalUnavailableException;
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

/** {@code doni migrate-from}: takes over what the original Doni has stored. */
@Command(
    name = "migrate-from",
    description = {
      "Takes over the devices, windows and worker reports of the original Doni from its MariaDB.",
      "Stop the original's workers first: two services would work on the same backends. What is here already is left"
          + " as it is, so this may be run again, and while the service runs.",
      InventoryCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 all is here, 1 it failed, 2 wrong arguments, 3 some of it could not be taken or differs.",
      "",
      "Example:",
      "  doni migrate-from jdbc:mariadb://db.example.org:3306/doni --username doni --password-file doni.pw --dry-run"
    },
    mixinStandardHelpOptions = true)
final class MigrateFromCommand extends InventoryCommand {

  private static final String PASSWORD = "DONI_MIGRATE_PASSWORD";

  @Parameters(
      paramLabel = "URL",
      description = "The original's database: jdbc:mariadb://host:3306/doni")
  private String url = "";

  @Option(names = "--username", description = "Who may read it.")
  private @Nullable String username;

  @Option(
      names = "--password-file",
      description = "A file with the password; without it, the variable " + PASSWORD + ".")
  private @Nullable Path passwordFile;

  @Option(
      names = "--dry-run",
      description = "Does and checks everything, then takes each transaction back.")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (!url.startsWith("jdbc:mariadb://")) {
      throw new ParameterException(
          spec().commandLine(),
          "the URL is no URL of a MariaDB; allowed: jdbc:mariadb://host:3306/database");
    }
    return super.call();
  }

  @Override
  int work(ConfigurableApplicationContext inventory) {
    try (OriginalDatabase original = OriginalDatabase.open(url, username, password())) {
      MigrationReport report = inventory.getBean(Migration.class).run(original, dryRun);
      print(report, out());
      return report.complete() ? 0 : LOOK;
    } catch (OriginalUnavailableException e) {
      return failed(DatabaseText.withoutSecrets(url) + " " + oneLine(e));
    } catch (BackendException e) {
      return failed("another migration runs");
    } catch (IOException e) {
      return failed("the password file cannot be read (" + e.getClass().getSimpleName() + ")");
    } catch (MigrationFailedException e) {
      return failed(oneLine(e));
    } catch (DataAccessException | TransactionException e) {
      return failed("the inventory's database failed (" + e.getClass().getSimpleName() + ")");
    }
  }

  private @Nullable String password() throws IOException {
    return passwordFile == null ? System.getenv(PASSWORD) : Files.readString(passwordFile).strip();
  }

  static void print(MigrationReport report, PrintWriter out) {
    out.println((report.dryRun() ? "dry run, nothing is stored" : "done"));
    out.println("  read        " + text(report.read()) + ", as many as the original counts");
    out.println(
        "  taken       "
            + text(report.taken())
            + (report.dryRun() ? "" : ", read back and compared before each commit"));
    out.println("  here before " + report.there() + " devices, unchanged");
    out.println(
        "  gone        " + report.goneHere() + " devices that were taken and deleted here since");
    out.println(
        "  clean       "
            + report.cleanedUp()
            + " deleted devices that the original has cleaned up after");
    out.println("  enrollments sha256 " + report.enrollmentsRead() + " of the original");
    out.println("              sha256 " + report.enrollmentsStored() + " of the inventory");
    out.println("  tasks       sha256 " + report.tasksRead() + " of the original, translated");
    out.println("              sha256 " + report.tasksStored() + " of the inventory");
    for (MigrationFinding.Kind kind : MigrationFinding.Kind.values()) {
      report.findings().stream()
          .filter(finding -> finding.kind() == kind)
          .forEach(
              finding -> out.println(label(kind) + " " + finding.device() + ": " + finding.text()));
    }
    out.flush();
  }

  private static String label(MigrationFinding.Kind kind) {
    return switch (kind) {
      case NOT_TAKEN -> "NOT TAKEN";
      case DIFFERS -> "DIFFERS";
      case TO_MEND -> "TO MEND";
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

package doni.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.core.env.ConfigurableEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code doni migrate-db}: brings the database's schema to this version. */
@Command(
    name = "migrate-db",
    description = {
      "Brings the schema of the database to this version, and ends. The service does the same when it starts; this is"
          + " for a database that is to be migrated at a time of its own, or by a user who may do more"
          + " (spring.flyway.user and spring.flyway.password).",
      SettingsCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 the schema is of this version, 1 it failed, 2 wrong arguments, 3 with --check: steps are pending.",
      "",
      "Examples:",
      "  doni migrate-db --check",
      "  doni migrate-db --spring.datasource.url=jdbc:postgresql://db.example.org/doni --output json"
    },
    mixinStandardHelpOptions = true)
final class MigrateDatabaseCommand extends SettingsCommand {

  /** With --check: somebody has to migrate. */
  static final int PENDING = 3;

  @Option(names = "--check", description = "Changes nothing, and says which steps are pending.")
  private boolean check;

  /**
   * The database and its migrations, each made when it is asked for, and nothing that uses them.
   */
  @ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
  @ComponentScan("doni.database")
  static final class Parts {}

  @Override
  int work(ConfigurableEnvironment environment) {
    try (AnnotationConfigApplicationContext parts = new AnnotationConfigApplicationContext()) {
      parts.setEnvironment(environment);
      parts.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
      parts.register(Parts.class);
      parts.refresh();
      return migrate(parts.getBean(Flyway.class));
    } catch (RuntimeException e) {
      return failed(
          StartFailure.line(e, environment)
              .orElse("it failed (" + e.getClass().getSimpleName() + ")"));
    }
  }

  private int migrate(Flyway flyway) {
    List<Step> pending = Arrays.stream(flyway.info().pending()).map(Step::of).toList();
    if (!check) {
      flyway.migrate();
    }
    MigrationInfo current = flyway.info().current();
    tell(current == null ? "none" : String.valueOf(current.getVersion()), pending);
    return check && !pending.isEmpty() ? PENDING : 0;
  }

  /** A step of the schema. */
  record Step(String version, String description) {
    static Step of(MigrationInfo migration) {
      return new Step(String.valueOf(migration.getVersion()), migration.getDescription());
    }
  }

  private void tell(String version, List<Step> steps) {
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("version", version);
      document.put(check ? "pending" : "migrated", steps);
      out().println(JsonMapper.shared().writeValueAsString(document));
    } else {
      steps.forEach(step ->
          out()
              .println(
                  (check ? "pending  " : "migrated ") + step.version() + " " + step.description()));
      out().println("the schema is of version " + version);
    }
    out().flush();
  }
}

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

/** {@code doni migrate-db}: migrates the database schema to this version. */
@Command(
    name = "migrate-db",
    description = {
      "Migrates the database schema to this version. The service does the same when it starts; use this command to"
          + " migrate at another time or as a database user with more permissions (spring.flyway.user and"
          + " spring.flyway.password).",
      SettingsCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 schema is at this version, 1 failure, 2 invalid arguments, 3 migrations are pending (--check).",
      "",
      "Examples:",
      "  doni migrate-db --check",
      "  doni migrate-db --spring.datasource.url=jdbc:postgresql://db.example.org/doni --output json"
    },
    mixinStandardHelpOptions = true)
final class MigrateDatabaseCommand extends SettingsCommand {

  /** With --check: migrations are pending. */
  static final int PENDING = 3;

  @Option(names = "--check", description = "Lists pending migrations without running them.")
  private boolean check;

  /** The database and its migrations; beans are created on first use. */
  @ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
  @ComponentScan("doni.database")
  static final class MigrationBeans {}

  @Override
  int work(ConfigurableEnvironment environment) {
    try (AnnotationConfigApplicationContext parts = new AnnotationConfigApplicationContext()) {
      parts.setEnvironment(environment);
      parts.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
      parts.register(MigrationBeans.class);
      parts.refresh();
      return migrate(parts.getBean(Flyway.class));
    } catch (RuntimeException e) {
      return failed(
          StartFailureReporter.line(e, environment)
              .orElse("migration failed (" + e.getClass().getSimpleName() + ")"));
    }
  }

  private int migrate(Flyway flyway) {
    List<MigrationStep> pending =
        Arrays.stream(flyway.info().pending()).map(MigrationStep::of).toList();
    if (!check) {
      flyway.migrate();
    }
    MigrationInfo current = flyway.info().current();
    print(current == null ? "none" : String.valueOf(current.getVersion()), pending);
    return check && !pending.isEmpty() ? PENDING : 0;
  }

  /** One migration of the schema. */
  record MigrationStep(String version, String description) {
    static MigrationStep of(MigrationInfo migration) {
      return new MigrationStep(String.valueOf(migration.getVersion()), migration.getDescription());
    }
  }

  private void print(String version, List<MigrationStep> steps) {
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
      out().println("schema version " + version);
    }
    out().flush();
  }
}

package doni.database;

import doni.worker.Finding;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/** Checks the version, the schema and the privileges of the database. Writes nothing. */
public final class DatabaseDiagnostics {

  private static final int OLDEST = 150_000;

  /** The privileges that the user lacks, one row per table. */
  private static final String MISSING =
      """
      select t.tablename || ': ' || string_agg(p.privilege, ', ' order by p.privilege)
        from pg_tables t
        cross join (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) p (privilege)
       where t.schemaname = current_schema()
         and (t.tablename in ('hardware', 'availability_window', 'worker_task', 'scheduled_tasks', 'lane_hold',
                'sync_run', 'sync_run_task', 'idempotency_key', 'leftover', 'site_listing', 'orphan', 'webhook',
                'device_signal', 'device_signal_source', 'device_availability', 'availability_interval',
                'availability_incident')
              or t.tablename = 'event' and p.privilege in ('SELECT', 'INSERT'))
         and not has_table_privilege(format('%I.%I', t.schemaname, t.tablename), p.privilege)
       group by t.tablename order by 1
      """;

  /** The first ones; their events name all. */
  private static final String ORPHANS =
      """
      select object || ' in ' || worker_type || ', of ' || hardware_uuid from orphan
      where found_at is not null order by found_at, object limit 20
      """;

  private DatabaseDiagnostics() {}

  /**
   * @throws SQLException when it cannot be reached or entered
   * @throws org.flywaydb.core.api.FlywayException when its history of migrations cannot be read
   */
  public static List<Finding> look(DataSource database) throws SQLException {
    List<Finding> found = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      found.add(version(connection, statement));
    }
    found.add(schema(Flyway.configure().dataSource(database).load().info()));
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(MISSING)) {
      List<String> missing = new ArrayList<>();
      while (rows.next()) {
        missing.add(rows.getString(1));
      }
      found.add(rights(missing, connection.getMetaData().getUserName()));
      if (missing.isEmpty()) {
        orphans(statement).ifPresent(found::add);
      }
    }
    return found;
  }

  /** A schema that lacks the table was reported before. */
  private static Optional<Finding> orphans(Statement statement) throws SQLException {
    try (ResultSet table = statement.executeQuery("select to_regclass('orphan') is not null")) {
      table.next();
      if (!table.getBoolean(1)) {
        return Optional.empty();
      }
    }
    List<String> objects = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(ORPHANS)) {
      while (rows.next()) {
        objects.add(rows.getString(1));
      }
    }
    return objects.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding.Warning(
                "objects in backends belong to no device any more: " + String.join("; ", objects),
                "delete them in the backend, or enroll the devices again; see their events"
                    + " worker.orphan.found"));
  }

  private static Finding version(Connection connection, Statement statement) throws SQLException {
    String product = "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
    try (ResultSet number =
        statement.executeQuery("select current_setting('server_version_num')::int")) {
      number.next();
      return number.getInt(1) >= OLDEST
          ? new Finding.Ok(product + " answers")
          : new Finding.Problem(product + " is too old", "move to PostgreSQL 15 or newer");
    }
  }

  private static Finding schema(MigrationInfoService migrations) {
    List<MigrationInfo> wrong =
        Arrays.stream(migrations.all())
            .filter(migration -> migration.getState().isFailed() || isFuture(migration))
            .toList();
    if (!wrong.isEmpty()) {
      return new Finding.Problem(
          "the schema has migrations that this version does not know or that failed: "
              + text(wrong),
          "run the version of Doni that made them, or go back to the backup from before");
    }
    List<MigrationInfo> pending = List.of(migrations.pending());
    MigrationInfo current = migrations.current();
    String version = current == null ? "empty" : "at version " + current.getVersion();
    return pending.isEmpty()
        ? new Finding.Ok("the schema is " + version)
        : new Finding.Problem(
            "the schema is %s and lacks %s".formatted(version, text(pending)),
            "start the service, or run ./doni migrate-db");
  }

  private static boolean isFuture(MigrationInfo migration) {
    return migration.getState() == MigrationState.FUTURE_SUCCESS
        || migration.getState() == MigrationState.MISSING_SUCCESS;
  }

  private static String text(List<MigrationInfo> migrations) {
    return migrations.stream()
        .map(migration -> migration.getVersion() + " " + migration.getDescription())
        .collect(Collectors.joining(", "));
  }

  private static Finding rights(List<String> missing, String user) {
    return missing.isEmpty()
        ? new Finding.Ok("user " + user + " may do all that the service does there")
        : new Finding.Problem(
            "user " + user + " lacks rights on tables: " + String.join("; ", missing),
            "grant them, as the owner of the tables: grant select, insert, update, delete on all"
                + " tables in schema public to "
                + user
                + "; or run db/roles.sql again");
  }
}

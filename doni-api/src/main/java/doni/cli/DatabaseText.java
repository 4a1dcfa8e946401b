package doni.cli;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.PropertyResolver;

/** Texts about a database that cannot be reached, entered or migrated. */
final class DatabaseText {

  private static final String URL = "spring.datasource.url";

  /**
   * Connection, wrong user or password, no such database, resources, shutting down: appendix A of
   * the Postgres documentation.
   */
  private static final Set<String> NOT_REACHED = Set.of("08", "28", "3D", "53", "57");

  private DatabaseText() {}

  static Optional<String> of(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case SQLTransientConnectionException timeout ->
          Optional.of(notReached("does not answer in time", settings));
      case SQLException sql when NOT_REACHED.contains(stateClass(sql)) ->
          Optional.of(notReached("cannot be used: " + sql.getMessage(), settings));
      case FlywayException flyway ->
          Optional.of(
              URL
                  + ": "
                  + place(settings)
                  + "has a schema that cannot be migrated: "
                  + innermost(flyway));
      default -> Optional.empty();
    };
  }

  private static String notReached(String reason, PropertyResolver settings) {
    String user = settings.getProperty("spring.datasource.username", "");
    return URL
        + ": "
        + place(settings)
        + (user.isBlank() ? "" : "with spring.datasource.username '" + user + "' ")
        + reason
        + "; allowed: a PostgreSQL 15 or newer that this user and spring.datasource.password may enter";
  }

  private static String place(PropertyResolver settings) {
    String url = settings.getProperty(URL, "");
    return url.isBlank() ? "the embedded database " : "'" + withoutSecrets(url) + "' ";
  }

  /** A URL can hold the password, as a parameter or before the host. */
  static String withoutSecrets(String url) {
    return url.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//");
  }

  private static String innermost(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    @Nullable String text = last.getMessage();
    return text == null ? last.getClass().getSimpleName() : text;
  }

  private static String stateClass(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.length() < 2 ? "" : state.substring(0, 2);
  }
}

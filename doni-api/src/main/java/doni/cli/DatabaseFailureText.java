package doni.cli;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.PropertyResolver;

/** Texts for a database that is unreachable, refuses the login or cannot be migrated. */
final class DatabaseFailureText {

  private static final String URL = "spring.datasource.url";

  /**
   * SQL state classes: connection, authorization, unknown database, resources, shutdown (appendix A
   * of the Postgres documentation).
   */
  private static final Set<String> UNAVAILABLE = Set.of("08", "28", "3D", "53", "57");

  private DatabaseFailureText() {}

  static Optional<String> of(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case SQLTransientConnectionException _ ->
          Optional.of(unavailable("does not answer in time", settings));
      case SQLException sql when isTimeout(sql) ->
          Optional.of(unavailable("does not answer in time", settings));
      case SQLException sql when UNAVAILABLE.contains(stateClass(sql)) ->
          Optional.of(unavailable("cannot be used: " + sql.getMessage(), settings));
      case FlywayException flyway ->
          Optional.of(URL + ": " + place(settings) + "cannot be migrated: " + innermost(flyway));
      default -> Optional.empty();
    };
  }

  /** The driver's own limit of a login has no cause. */
  private static boolean isTimeout(SQLException e) {
    return e.getCause() instanceof SocketTimeoutException
        || String.valueOf(e.getMessage()).contains("timed out");
  }

  private static String unavailable(String reason, PropertyResolver settings) {
    String user = settings.getProperty("spring.datasource.username", "");
    return URL
        + ": "
        + place(settings)
        + (user.isBlank() ? "" : "with spring.datasource.username '" + user + "' ")
        + reason
        + "; allowed: PostgreSQL 15 or newer that accepts this user with spring.datasource.password";
  }

  private static String place(PropertyResolver settings) {
    String url = settings.getProperty(URL, "");
    return url.isBlank() ? "the embedded database " : "'" + withoutSecrets(url) + "' ";
  }

  /** Removes parameters and user info from a URL, which may contain the password. */
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

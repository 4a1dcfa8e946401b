package doni.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.core.env.PropertyResolver;

/** Locates the configured database for commands that only read it. */
public final class ConfiguredDatabaseAddress {

  private static final String URL = "spring.datasource.url";

  /** Line of {@code postmaster.pid}: the documentation of Postgres, "Database File Layout". */
  private static final int PORT_LINE = 3;

  private static final int SECONDS = 5;

  private ConfiguredDatabaseAddress() {}

  /** Returns whether the embedded Postgres is used. */
  public static boolean isEmbedded(PropertyResolver settings) {
    return settings.getProperty(URL, "").isBlank();
  }

  /**
   * Returns a source of new connections. Empty for an embedded Postgres that does not run: it runs
   * with the service and is not started here.
   */
  public static Optional<DataSource> find(PropertyResolver settings) {
    if (!isEmbedded(settings)) {
      return Optional.of(
          source(
              settings.getRequiredProperty(URL),
              settings.getProperty("spring.datasource.username"),
              settings.getProperty("spring.datasource.password")));
    }
    Path home = Path.of(settings.getProperty("doni.home", "./var"));
    return port(home.resolve("postgres").resolve("postmaster.pid"))
        .map(port -> source("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", ""));
  }

  private static DataSource source(String url, @Nullable String user, @Nullable String password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(url);
    if (user != null) {
      source.setUser(user);
    }
    if (password != null) {
      source.setPassword(password);
    }
    source.setConnectTimeout(SECONDS);
    source.setLoginTimeout(SECONDS);
    source.setSocketTimeout(2 * SECONDS);
    // Else the driver quotes the values of a failed statement.
    source.setLogServerErrorDetail(false);
    return source;
  }

  private static Optional<String> port(Path pidFile) {
    try {
      List<String> lines = Files.readAllLines(pidFile);
      return lines.size() > PORT_LINE && lines.get(PORT_LINE).strip().matches("\\d+")
          ? Optional.of(lines.get(PORT_LINE).strip())
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}

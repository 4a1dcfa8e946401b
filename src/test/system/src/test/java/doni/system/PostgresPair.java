package doni.system;

import doni.simulator.http.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Two Postgres servers: a primary, and a standby that has applied a transaction before the client
 * learns of the commit.
 */
final class PostgresPair implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** One of the two; it keeps its port and its data. */
  static final class Server {
    private final Path data;
    private final int port = FreePort.find();
    private @Nullable EmbeddedPostgres process;

    private Server(Path data) {
      this.data = data;
    }

    int port() {
      return port;
    }

    private void start() {
      try {
        process =
            EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("max_connections", "150")
                .setServerConfig("fsync", "off")
                .setServerConfig("wal_level", "replica")
                // The builder's own choice is off, on the command line, which alter system cannot
                // change.
                .setServerConfig("synchronous_commit", "remote_apply")
                .setPGStartupWait(PATIENCE)
                .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Stops it, after its standby has received everything. */
    void stop() {
      if (process == null) {
        return;
      }
      try {
        process.close();
        process = null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Kills all of its processes, as a power cut does. */
    void kill() {
      try {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        List<ProcessHandle> all =
            Stream.concat(postmaster.descendants(), Stream.of(postmaster)).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        Files.delete(data.resolve("postmaster.pid"));
        process = null;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Makes the standby the primary, which waits for no standby. */
    void promote() {
      query("select pg_promote(true, 60)");
      query("alter system set synchronous_standby_names = ''");
      query("select pg_reload_conf()");
    }

    /** Starts a former primary again, as the standby of another server. */
    void startBehind(Server primary) {
      follow(primary);
      start();
    }

    private void follow(Server primary) {
      try {
        Files.writeString(data.resolve("standby.signal"), "");
        Files.writeString(
            data.resolve("postgresql.auto.conf"),
            """
            primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'
            """
                .formatted(primary.port),
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The first value of the result; empty where there is none. */
    String query(String sql) {
      try (Connection connection =
              DriverManager.getConnection(
                  "jdbc:postgresql://127.0.0.1:" + port + "/postgres", SitePostgres.USER, "");
          Statement statement = connection.createStatement()) {
        if (!statement.execute(sql)) {
          return "";
        }
        try (ResultSet rows = statement.getResultSet()) {
          return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
      } catch (SQLException e) {
        throw new IllegalStateException(sql, e);
      }
    }
  }

  private final Path directory = temporaryDirectory();
  private final Server first = new Server(directory.resolve("first"));
  private final Server second = new Server(directory.resolve("second"));

  PostgresPair() {
    first.start();
    first.stop();
    copy(first.data, second.data);
    first.start();
    second.startBehind(first);
    // A primary that waits for a standby which does not exist yet would wait for ever.
    first.query("alter system set synchronous_standby_names = '*'");
    first.query("select pg_reload_conf()");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() ->
            first
                .query("select count(*) from pg_stat_replication where sync_state = 'sync'")
                .equals("1"));
  }

  Server first() {
    return first;
  }

  Server second() {
    return second;
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("doni-pair-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends both, and removes their data. */
  @Override
  public void close() {
    second.stop();
    first.stop();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

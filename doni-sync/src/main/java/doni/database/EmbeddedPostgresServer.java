package doni.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * A real Postgres that keeps its data below {@code doni.home} between starts. It listens on the
 * loopback interface only, on a port that is free, and lets every local user in: it is meant for
 * trying out and for a small site on a machine of its own.
 *
 * <p>What Postgres says since its last start is in {@code postgres.log} there; statements that fail
 * are not in it.
 */
final class EmbeddedPostgresServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FileChannel lock;
  private final EmbeddedPostgres postgres;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The context does not close its beans when the service is stopped while it still starts. */
  private final Runnable closer = this::close;

  private EmbeddedPostgresServer(FileChannel lock, EmbeddedPostgres postgres) {
    this.lock = lock;
    this.postgres = postgres;
    SpringApplication.getShutdownHandlers().add(closer);
  }

  /**
   * Starts it.
   *
   * @throws InvalidConfigurationPropertyValueException where it cannot run in that directory:
   *     another Doni does, or it cannot be written, or Postgres refuses; or where this installation
   *     has no programs of Postgres
   */
  static EmbeddedPostgresServer start(Path home, EmbeddedPostgresPrograms programs) {
    Path directory = home.toAbsolutePath().normalize();
    FileChannel lock = HomeDirectoryLock.take(directory);
    try {
      Path data = directory.resolve("postgres");
      AbandonedPostgresProcess.end(data);
      boolean isNew = !Files.exists(data.resolve("PG_VERSION"));
      EmbeddedPostgres postgres = launch(data, directory.resolve("postgres.log"), programs);
      LOG.warn(
          "no spring.datasource.url is configured: using the embedded Postgres, {} data in {}",
          isNew ? "with new" : "with the",
          data);
      return new EmbeddedPostgresServer(lock, postgres);
    } catch (IOException | RuntimeException e) {
      release(lock);
      throw notStarted(directory, e);
    }
  }

  String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (lock) {
      postgres.close();
    } catch (IOException e) {
      LOG.warn("The embedded Postgres did not stop cleanly", e);
    }
    forget(closer);
  }

  private static EmbeddedPostgres launch(Path data, Path output, EmbeddedPostgresPrograms programs)
      throws IOException {
    Files.deleteIfExists(output);
    return EmbeddedPostgres.builder()
        .setPgBinaryResolver(programs)
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPGStartupWait(PATIENCE)
        .setOutputRedirector(Redirect.appendTo(output.toFile()))
        .setServerConfig("listen_addresses", "127.0.0.1")
        .setServerConfig("unix_socket_directories", "")
        .setServerConfig("max_connections", "60")
        .setServerConfig("shared_buffers", "64MB")
        .setServerConfig("max_wal_size", "512MB")
        .setServerConfig("log_min_messages", "log")
        .setServerConfig("log_checkpoints", "off")
        // The library is made for tests and switches both off; what was answered 201 must stay.
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .start();
  }

  private static InvalidConfigurationPropertyValueException notStarted(
      Path directory, Exception cause) {
    if (cause instanceof InvalidConfigurationPropertyValueException known) {
      return known;
    }
    Path output = directory.resolve("postgres.log");
    return new InvalidConfigurationPropertyValueException(
        "doni.home",
        directory,
        "the embedded Postgres does not start there ("
            + reason(cause)
            + "); what it said is in "
            + output
            + ", and with spring.datasource.url none is needed",
        cause);
  }

  /** The library reports the arguments of a failed process, but not its output. */
  private static String reason(Exception failure) {
    @Nullable String text = failure.getMessage();
    if (text == null) {
      return failure.getClass().getSimpleName();
    }
    return text.replaceFirst("(?s)^Process \\[(?:unshare, -U, )?(?:[^,]*/)?(\\w+),.*", "$1 failed");
  }

  private static void forget(Runnable closer) {
    try {
      SpringApplication.getShutdownHandlers().remove(closer);
    } catch (IllegalStateException e) {
      LOG.debug("the JVM ends, and its shutdown handlers stay as they are", e);
    }
  }

  private static void release(FileChannel lock) {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.debug("the lock of doni.home was not released", e);
    }
  }
}

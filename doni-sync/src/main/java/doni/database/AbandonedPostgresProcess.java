package doni.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a Doni that was killed leaves in its data directory: a Postgres that runs on, or only the
 * file {@code postmaster.pid}. To be called by who holds the lock of {@code doni.home}.
 */
final class AbandonedPostgresProcess {

  private static final Logger LOG = LoggerFactory.getLogger(AbandonedPostgresProcess.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private AbandonedPostgresProcess() {}

  /**
   * Stops the Postgres, so that a new one can take the data over.
   *
   * @throws IOException when it does not stop in time
   */
  static void end(Path data) throws IOException {
    Path pidFile = data.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    // The process id, the data directory, ...; see miscinit.c of Postgres.
    List<String> lines = Files.readAllLines(pidFile);
    Optional<ProcessHandle> process =
        lines.stream().findFirst().flatMap(AbandonedPostgresProcess::byId);
    if (process.isEmpty()) {
      return;
    }
    if (isPostgresOn(process.get(), data, lines)) {
      stop(process.get());
    } else if (isSomethingElse(process.get())) {
      // Postgres itself only asks whether the number is taken, and in a container that starts
      // again it is: by a process or thread of ours.
      Files.delete(pidFile);
    }
  }

  private static Optional<ProcessHandle> byId(String line) {
    return Optional.of(line.strip())
        .filter(id -> id.matches("[0-9]{1,9}"))
        .flatMap(id -> ProcessHandle.of(Long.parseLong(id)));
  }

  private static boolean isPostgresOn(ProcessHandle process, Path data, List<String> lines) {
    String command = process.info().commandLine().orElse("");
    return command.contains(data.toString())
        || (lines.size() > 1 && command.contains(lines.get(1).strip()));
  }

  private static boolean isSomethingElse(ProcessHandle process) {
    return process.info().command().filter(command -> !command.contains("postgres")).isPresent();
  }

  private static void stop(ProcessHandle postgres) throws IOException {
    LOG.warn("Stopping the Postgres that a killed Doni left behind, pid {}", postgres.pid());
    CompletableFuture<ProcessHandle> ended = postgres.onExit();
    postgres.destroy();
    ended.completeOnTimeout(postgres, PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    if (postgres.isAlive()) {
      throw new IOException(
          "the Postgres that a killed Doni left behind, pid "
              + postgres.pid()
              + ", does not stop while it has clients");
    }
  }
}

package doni.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoniProcessIT {

  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(40);

  @TempDir private Path directory;
  private final SimulatedSite site = SimulatedSite.start();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void runsAServiceUntilItIsStopped() {
    try (DoniProcess service = service("one").start().awaitReady(START)) {
      assertThat(service.residentBytes()).isGreaterThan(50_000_000);

      service.stop(STOP);

      assertThat(service.isAlive()).isFalse();
      assertThat(service.isReady()).isFalse();
      assertThat(processesIn(directory)).isEmpty();
    }
  }

  @Test
  void takesTheDatabaseAlongWhenItKills() {
    try (DoniProcess service = service("one").start().awaitReady(START)) {
      assertThat(processesIn(directory)).isNotEmpty();

      int code = service.kill();

      assertThat(code).isEqualTo(128 + 9);
      await().untilAsserted(() -> assertThat(processesIn(directory)).isEmpty());
    }
  }

  @Test
  void runsTwoServicesOnOneDatabase() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        DoniProcess one = shared("one", postgres).start().awaitReady(START);
        DoniProcess two = shared("two", postgres).start().awaitReady(START)) {
      assertThat(one.port()).isNotEqualTo(two.port());
      assertThat(one.isReady()).isTrue();
      assertThat(two.isReady()).isTrue();
    }
  }

  @Test
  void showsTheEndOfTheLogWhenTheServiceDoesNotStart() {
    try (DoniProcess service = service("one").environment("SERVER_PORT", "nonsense").start()) {
      assertThatThrownBy(() -> service.awaitReady(START))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the service ended with 1")
          .hasMessageContaining("nonsense");
    }
  }

  private DoniProcess.Builder service(String name) {
    return DoniProcess.of(BuiltService.jar(), directory.resolve(name))
        .environment(site.environment(directory));
  }

  private DoniProcess.Builder shared(String name, EmbeddedPostgres postgres) {
    return service(name)
        .database(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
  }

  private static List<String> processesIn(Path home) {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains(home.toString()))
        .toList();
  }
}

package doni.task;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskStanding;
import doni.testing.TestInventory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attempts and clients see the same state, because one view derives it for both. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaskStateRuleIT {

  private static final String LANE = "k8s";

  private final TestInventory inventory = new TestInventory();

  @AfterAll
  void close() {
    inventory.close();
  }

  /** What a task can have stored, its queue row included, and the state that follows. */
  record StoredTask(
      int generation, int served, int synced, String outcome, String heartbeat, String state) {}

  static Stream<StoredTask> storedTasks() {
    return Stream.of(1, 2)
        .flatMap(generation ->
            Stream.of(0, 1, 2)
                .filter(served -> served <= generation)
                .flatMap(served ->
                    Stream.of("null", "'SYNCED'", "'DEFERRED'", "'FAILED'")
                        .flatMap(outcome ->
                            Stream.of("null", "now()", "now() - interval '21 seconds'")
                                .map(heartbeat ->
                                    new StoredTask(
                                        generation,
                                        served,
                                        outcome.equals("'SYNCED'") ? served : 0,
                                        outcome,
                                        heartbeat,
                                        expected(generation, served, outcome, heartbeat))))));
  }

  private static String expected(int generation, int served, String outcome, String heartbeat) {
    if (heartbeat.equals("now()")) {
      return "IN_PROGRESS";
    }
    if (served < generation) {
      return "PENDING";
    }
    return switch (outcome) {
      case "'SYNCED'" -> "STEADY";
      case "'FAILED'" -> "ERROR";
      default -> "PENDING";
    };
  }

  @ParameterizedTest
  @MethodSource("storedTasks")
  void clientsAndAttemptsSeeTheSameState(StoredTask stored) {
    HardwareId id = store(stored);

    String shown = inventory.state(id, LANE);
    TaskStanding given = inventory.reader().read(id, LANE, Set.of()).orElseThrow().standing();

    assertThat(shown).isEqualTo(stored.state());
    if (!shown.equals("IN_PROGRESS")) {
      assertThat(given.state()).hasToString(shown);
    }
    assertThat(given)
        .isEqualTo(
            new TaskStanding(
                given.state(),
                stored.served() < stored.generation(),
                stored.synced() < stored.generation()));
  }

  /** A second copy of the rule would need these columns. */
  @Test
  void onlyTheViewComparesGenerations() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<String> readers =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> text(file).matches("(?s).*(served|synced)_generation.*"))
              .map(file -> file.getFileName().toString())
              .sorted()
              .toList();

      // The migration of a site copies both columns, and the end of an attempt writes them.
      assertThat(readers)
          .containsExactly(
              "MigratedHardwareReader.java", "MigratedHardwareStore.java", "WorkerTaskSql.java");
    }
  }

  private HardwareId store(StoredTask stored) {
    HardwareId id = inventory.enrolled("rule-" + HardwareId.random(), LANE);
    inventory
        .jdbc()
        .sql("update hardware set generation = ? where uuid = ?")
        .params(stored.generation(), id.value())
        .update();
    inventory
        .jdbc()
        .sql(
            "update worker_task set served_generation = ?, synced_generation = ?, outcome = %s where hardware_uuid = ?"
                .formatted(stored.outcome()))
        .params(stored.served(), stored.synced(), id.value())
        .update();
    inventory
        .jdbc()
        .sql(
            "update scheduled_tasks set picked = %1$s is not null, last_heartbeat = %1$s where task_instance = ?"
                .formatted(
                    stored.heartbeat().equals("null") ? "null::timestamptz" : stored.heartbeat()))
        .param(id.toString())
        .update();
    return id;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

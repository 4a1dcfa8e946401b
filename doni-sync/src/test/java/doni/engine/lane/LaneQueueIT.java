package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import doni.engine.lane.LaneQueue.Backlog;
import doni.testing.TestInventory;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneQueueIT {

  private final TestInventory inventory = new TestInventory();
  private final LaneQueue queue = new LaneQueue(inventory.jdbc(), Clock.systemUTC());

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void countsWhatIsDueAtEveryPriority() {
    queue("k8s", 2, 90, "-1 minute", false);
    queue("k8s", 3, 10, "-1 hour", false);
    queue("k8s", 4, 10, "1 hour", false);
    queue("k8s", 1, 10, "-1 day", true);
    queue("balena", 1, 10, "-1 minute", false);
    queue("tunelo", 1, 90, "1 minute", false);

    List<Backlog> backlogs = queue.backlogs();

    assertThat(backlogs).extracting(Backlog::workerType).containsExactlyInAnyOrder("k8s", "balena");
    assertThat(backlogs)
        .filteredOn(backlog -> backlog.workerType().equals("k8s"))
        .singleElement()
        .satisfies(backlog -> assertThat(backlog.due()).isEqualTo(5))
        .satisfies(backlog -> assertThat(backlog.lagSeconds()).isBetween(3_600.0, 3_700.0));
  }

  @Test
  void countsNothingInAnEmptyQueue() {
    assertThat(queue.backlogs()).isEmpty();
  }

  @Test
  void readsFewRowsThatAreNotDue() {
    queue("k8s", 20_000, 10, "1 hour", false);
    inventory.jdbc().sql("vacuum analyze scheduled_tasks").update();

    Long blocks =
        inventory
            .transactions()
            .execute(_ -> {
              long before = blocksOfTheIndex();
              queue.backlogs();
              return blocksOfTheIndex() - before;
            });

    assertThat(blocks).isBetween(1L, 20L);
  }

  private long blocksOfTheIndex() {
    return inventory
        .jdbc()
        .sql(
            """
            select pg_stat_get_xact_blocks_fetched(indexrelid)
            from pg_stat_user_indexes where indexrelname = 'sync_k8s_priority_execution_time_idx'
            """)
        .query(Long.class)
        .single();
  }

  private void queue(String lane, int tasks, int priority, String due, boolean picked) {
    inventory
        .jdbc()
        .sql(
            """
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select :lane, gen_random_uuid()::text, now() + :due::interval, :picked, 1, :priority
            from generate_series(1, :tasks)
            """)
        .param("lane", lane)
        .param("tasks", tasks)
        .param("priority", priority)
        .param("due", due)
        .param("picked", picked)
        .update();
  }
}

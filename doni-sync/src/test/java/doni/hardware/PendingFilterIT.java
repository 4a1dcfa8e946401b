package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareListQuery.SortKey;
import doni.task.TaskState;
import doni.testing.TestInventory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The filter {@code state=PENDING} finds what the view says is pending, whatever was written
 * before, although it only looks where an index says that a task may be.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PendingFilterIT {

  private static final List<String> LANES = List.of("k8s", "tunelo");
  private static final int STEPS = 150;

  private static final String OF_TASK = " where hardware_uuid = :uuid and worker_type = :lane";

  /** Each of them changes the tasks of a device, or the device, as some statement of ours does. */
  private static final List<String> WRITES =
      List.of(
          "update hardware set generation = generation + 1 where uuid = :uuid and :lane <> ''",
          "update worker_task t set served_generation = h.generation, outcome = 'SYNCED', pending_generation = null"
              + " from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :lane",
          // As a replica of the earlier version ends an attempt.
          "update worker_task t set served_generation = h.generation, outcome = 'SYNCED'"
              + " from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :lane",
          "update worker_task t set served_generation = h.generation, outcome = 'FAILED'"
              + " from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :lane",
          "update worker_task t set served_generation = h.generation, outcome = 'DEFERRED'"
              + " from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :lane",
          // An attempt that ends while the device has a newer generation already.
          "update worker_task set served_generation = greatest(served_generation, 1), outcome = 'SYNCED'"
              + OF_TASK,
          // A task that is reopened.
          "update worker_task t set served_generation = least(t.served_generation, h.generation - 1)"
              + " from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :lane",
          "update worker_task set state_details = '{\"a\": 1}', version = version + 1" + OF_TASK,
          // A worker that is enabled for the device, and one that is migrated with it.
          "with gone as (delete from worker_task"
              + OF_TASK
              + ")"
              + " insert into worker_task (hardware_uuid, worker_type) select :uuid, 'balena' where :lane = 'k8s'"
              + " on conflict do nothing",
          "with gone as (delete from worker_task"
              + OF_TASK
              + ")"
              + " insert into worker_task (hardware_uuid, worker_type, served_generation, synced_generation, outcome)"
              + " select :uuid, 'ironic', 1, 1, 'SYNCED' where :lane = 'tunelo' on conflict do nothing",
          "update scheduled_tasks set picked = not picked, last_heartbeat = case when picked then null else now() end"
              + " where task_instance = :uuid::text and task_name = :lane");

  private final TestInventory inventory = new TestInventory();

  @AfterAll
  void close() {
    inventory.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void findsWhatTheViewSaysWhateverWasWritten(long seed) {
    Random random = new Random(seed);
    List<HardwareId> devices = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      devices.add(inventory.enrolled("seed-" + seed + "-" + i, LANES.toArray(String[]::new)));
    }
    for (int step = 0; step < STEPS; step++) {
      String write = WRITES.get(random.nextInt(WRITES.size()));
      inventory
          .jdbc()
          .sql(write)
          .param("uuid", devices.get(random.nextInt(devices.size())).value())
          .param("lane", LANES.get(random.nextInt(LANES.size())))
          .update();

      for (@Nullable String lane : new @Nullable String[] {null, "k8s", "ironic"}) {
        assertThat(filtered(lane)).as("step %d: %s", step, write).isEqualTo(pending(lane));
      }
    }
  }

  private List<UUID> filtered(@Nullable String lane) {
    HardwareListQuery query =
        new HardwareListQuery(
            false, null, null, lane, TaskState.PENDING, null, false, SortKey.UUID, false, 0, null);
    HardwareQuerySql sql = HardwareQuerySql.of(query, null, null, 1_000);
    return inventory
        .jdbc()
        .sql(sql.select("h.uuid"))
        .params(sql.parameters())
        .query((row, _) -> row.getObject("uuid", UUID.class))
        .list();
  }

  private List<UUID> pending(@Nullable String lane) {
    return inventory
        .jdbc()
        .sql(
            """
            select distinct hardware_uuid from worker_task_state
            where state = 'PENDING' and (:lane::text is null or worker_type = :lane) order by hardware_uuid
            """)
        .param("lane", lane)
        .query((row, _) -> row.getObject("hardware_uuid", UUID.class))
        .list();
  }
}

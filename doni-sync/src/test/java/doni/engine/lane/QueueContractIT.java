package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.task.Priority;
import doni.task.AttemptLiveness;
import doni.task.QueuePriority;
import doni.testing.TestInventory;
import org.junit.jupiter.api.Test;

/** Numbers that the schema, db-scheduler and our own statements must agree on. */
class QueueContractIT {

  @Test
  void prioritiesAreThoseOfTheScheduler() {
    assertThat(QueuePriority.URGENT).isEqualTo(Priority.HIGH);
    assertThat(QueuePriority.BACKGROUND).isEqualTo(Priority.LOW);
  }

  @Test
  void theStateViewUsesTheSameLivenessWindow() {
    try (TestInventory inventory = new TestInventory()) {
      boolean same =
          inventory
              .jdbc()
              .sql(
                  "select pg_get_viewdef('worker_task_state') like '%' ||"
                      + " quote_literal(?::interval::text) || '%'")
              .param(AttemptLiveness.WINDOW.toSeconds() + " seconds")
              .query(Boolean.class)
              .single();

      assertThat(same).isTrue();
    }
  }

  @Test
  void anAttemptIsTakenOverBeforeItCountsAsEnded() {
    assertThat(AttemptLiveness.HEARTBEAT.multipliedBy(AttemptLiveness.MISSED_HEARTBEATS))
        .isLessThan(AttemptLiveness.WINDOW);
  }
}

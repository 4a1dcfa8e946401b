package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class DependsOnIT extends LaneFixture {

  private static final String FOLLOWER = "blazar.device";

  private final Semaphore permits = new Semaphore(0);

  @Test
  void looksAgainAtOnceWhenTheFollowedWorkerHasBroughtTheDeviceFurther() {
    TestWorker followed = new TestWorker(LANE, this::join);
    TestWorker follower = new TestWorker(FOLLOWER, Set.of(LANE), DependsOnIT::afterJoining);
    started(TestReplica.rarelyPolling(), followed, follower);
    HardwareId id = inventory.enrolled("edge-01", LANE, FOLLOWER);
    follower.nudge().requeueByName(List.of("edge-01"));
    awaitState(id, FOLLOWER, "PENDING");
    await().until(() -> !follower.attempts().isEmpty());

    followed.nudge().requeueByName(List.of("edge-01"));
    permits.release(10);

    awaitState(id, FOLLOWER, "STEADY");
    assertThat(follower.attempts().getLast().dependencies())
        .containsOnly(Map.entry(LANE, Map.of("node", "edge-01")));
  }

  @Test
  void looksAgainAtOnceWhenTheFollowedWorkerHasFinishedWithADeletedDevice() {
    TestWorker followed = new TestWorker(LANE, this::join);
    TestWorker follower =
        new TestWorker(
            FOLLOWER,
            Set.of(LANE),
            attempt ->
                attempt.dependencies().isEmpty()
                    ? new Outcome.Gone(List.of())
                    : new Outcome.Deferred("waits", Duration.ofHours(1), Map.of()));
    started(TestReplica.rarelyPolling(), followed, follower);
    HardwareId id = inventory.enrolled("edge-01", LANE, FOLLOWER);
    inventory.delete(id);
    follower.nudge().requeueByName(List.of("edge-01"));
    await().until(() -> !follower.attempts().isEmpty());

    followed.nudge().requeueByName(List.of("edge-01"));
    permits.release(10);

    await()
        .until(() ->
            inventory.jdbc().sql("select count(*) from hardware").query(Long.class).single() == 0);
  }

  private Outcome join(ReconcileContext attempt) {
    permits.acquireUninterruptibly();
    return attempt.hardware().deleted()
        ? new Outcome.Gone(List.of())
        : new Outcome.Synced(Map.of("node", "edge-01", "key", "not for others"), List.of());
  }

  private static Outcome afterJoining(ReconcileContext attempt) {
    return attempt.dependencies().getOrDefault(LANE, Map.of()).containsKey("node")
        ? new Outcome.Synced(Map.of(), List.of())
        : new Outcome.Deferred("waits for the node", Duration.ofHours(1), Map.of());
  }
}

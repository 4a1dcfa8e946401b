package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.enrollment.HardwareId;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;

/** A database, and replicas that run lanes on it. */
public abstract class LaneFixture {

  public static final String LANE = "k8s";

  public final TestInventory inventory = new TestInventory();
  public final List<TestReplica> replicas = new ArrayList<>();

  @AfterEach
  void close() {
    replicas.forEach(TestReplica::close);
    inventory.close();
  }

  public TestReplica started(EngineProperties properties, Worker... workers) {
    TestReplica replica =
        new TestReplica("replica-" + replicas.size(), inventory, properties, workers);
    replicas.add(replica);
    return replica.start();
  }

  /**
   * @param ahead how far the clock of this replica's machine is ahead
   */
  TestReplica startedAhead(Duration ahead, EngineProperties properties, Worker... workers) {
    TestReplica replica =
        new TestReplica(
            "replica-" + replicas.size(),
            inventory,
            Clock.offset(Clock.systemUTC(), ahead),
            properties,
            Map.of(),
            workers);
    replicas.add(replica);
    return replica.start();
  }

  /** What intake does for a PATCH. */
  public void change(TestReplica replica, HardwareId id) {
    replica.inTransaction(() -> {
      inventory.change(id);
      replica.lanes().requeue(id);
    });
  }

  void awaitState(HardwareId id, String lane, String state) {
    await().untilAsserted(() -> assertThat(inventory.state(id, lane)).isEqualTo(state));
  }

  /** So that attempts that are not kept apart do meet. */
  void takeSomeTime() {
    inventory.jdbc().sql("select pg_sleep(0.002)").query((row, _) -> "").list();
  }

  public static Outcome waitFor(Semaphore permits, ReconcileContext attempt) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return TestWorker.agree(attempt);
  }
}

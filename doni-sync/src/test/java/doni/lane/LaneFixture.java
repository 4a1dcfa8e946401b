package doni.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.device.HardwareId;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.Attempt;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;

/** A database, and replicas that run lanes on it. */
abstract class LaneFixture {

  static final String LANE = "k8s";

  final TestInventory inventory = new TestInventory();
  final List<TestReplica> replicas = new ArrayList<>();

  @AfterEach
  void close() {
    replicas.forEach(TestReplica::close);
    inventory.close();
  }

  TestReplica started(SyncProperties properties, Worker... workers) {
    TestReplica replica =
        new TestReplica("replica-" + replicas.size(), inventory, properties, workers);
    replicas.add(replica);
    return replica.start();
  }

  /** What intake does for a PATCH. */
  void change(TestReplica replica, HardwareId id) {
    replica.inTransaction(() -> {
      inventory.change(id);
      replica.lanes().wake(id);
    });
  }

  void awaitState(HardwareId id, String lane, String state) {
    await().untilAsserted(() -> assertThat(inventory.state(id, lane)).isEqualTo(state));
  }

  /** So that attempts that are not kept apart do meet. */
  void takeSomeTime() {
    inventory.jdbc().sql("select pg_sleep(0.002)").query((row, _) -> "").list();
  }

  static Outcome waitFor(Semaphore permits, Attempt attempt) {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return TestWorker.agree(attempt);
  }
}

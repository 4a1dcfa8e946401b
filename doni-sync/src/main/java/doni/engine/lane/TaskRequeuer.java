package doni.engine.lane;

import doni.enrollment.HardwareId;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes devices due, in the transaction that changes them.
 *
 * <p>The caller has locked the device's row and raised its generation in the same transaction (read
 * committed). An attempt that ends meanwhile waits for that lock and then finds a newer generation,
 * so the change is seen whichever comes first.
 */
public final class TaskRequeuer {

  private final LaneQueue queue;
  private final LaneRunner runner;
  private final WakeupNotifier calls;

  TaskRequeuer(LaneQueue queue, LaneRunner runner, WakeupNotifier calls) {
    this.queue = queue;
    this.runner = runner;
    this.calls = calls;
  }

  /**
   * Gives a new device a task for each of these workers, due now. The device must be stored before.
   */
  public void enroll(HardwareId id, List<String> workerTypes) {
    requireTransaction();
    if (workerTypes.isEmpty()) {
      return;
    }
    queue.enroll(id, workerTypes);
    announce(workerTypes);
  }

  /** Makes all tasks of a device due now, before background work. */
  public void requeue(HardwareId id) {
    requireTransaction();
    Set<String> woken = queue.requeue(id);
    announce(woken);
  }

  /** Makes the lanes poll, here and at the other replicas, after the transaction commits. */
  public void announce(Collection<String> workerTypes) {
    requireTransaction();
    List<String> lanes = List.copyOf(workerTypes);
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            wakeLanes(lanes);
          }
        });
  }

  /** Makes the lanes poll now, here and at the other replicas. */
  public void wakeLanes(Collection<String> workerTypes) {
    runner.wake(workerTypes);
    calls.tell(workerTypes);
  }

  private static void requireTransaction() {
    if (!TransactionSynchronizationManager.isActualTransactionActive()) {
      throw new IllegalStateException(
          "devices must be requeued in the transaction that changes them");
    }
  }
}

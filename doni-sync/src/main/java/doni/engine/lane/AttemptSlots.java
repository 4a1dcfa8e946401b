package doni.engine.lane;

import java.util.concurrent.Semaphore;

/**
 * Limits the concurrent attempts of a lane's worker.
 *
 * <p>A lane prefetches a few more tasks, and an attempt gives its slot back when the worker has
 * ended, before the outcome is recorded, so that the backend is never idle while the database
 * works.
 */
final class AttemptSlots {

  private static final int EVERYBODY = 1 << 20;

  private final int count;
  private final Semaphore free;

  AttemptSlots(int count) {
    this.count = count;
    // Fair, because tasks are picked in the order of their priority.
    this.free = new Semaphore(count, true);
  }

  /** Returns a slot that is not taken yet. */
  Slot next() {
    return new Slot();
  }

  int taken() {
    return Math.max(0, count - free.availablePermits());
  }

  /** Opens all slots, so that no attempt waits any longer. */
  void open() {
    free.release(EVERYBODY);
  }

  /** A slot that one thread takes and gives back; giving it back twice has no effect. */
  final class Slot {
    private boolean taken;

    /** Waits until a slot is free. */
    void take() {
      free.acquireUninterruptibly();
      taken = true;
    }

    void giveBack() {
      if (taken) {
        taken = false;
        free.release();
      }
    }
  }
}

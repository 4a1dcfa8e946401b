package doni.engine.lane;

import java.util.concurrent.Semaphore;

/**
 * How many devices a lane's worker looks at at a time.
 *
 * <p>A lane picks a few more than that, and an attempt gives its slot back when the worker has
 * ended, before the outcome is recorded: so that the backend, of which there is only so much, does
 * not wait while the database picks and records.
 */
final class AttemptSlots {

  private static final int EVERYBODY = 1 << 20;

  private final int count;
  private final Semaphore free;

  AttemptSlots(int count) {
    this.count = count;
    // Fair: who was picked first has the higher priority.
    this.free = new Semaphore(count, true);
  }

  /** One that is not taken yet. */
  Slot next() {
    return new Slot();
  }

  int taken() {
    return Math.max(0, count - free.availablePermits());
  }

  /** From now on nobody waits. */
  void open() {
    free.release(EVERYBODY);
  }

  /** Taken by one thread, which gives it back; twice is once. */
  final class Slot {
    private boolean taken;

    /** Waits until there is room. */
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

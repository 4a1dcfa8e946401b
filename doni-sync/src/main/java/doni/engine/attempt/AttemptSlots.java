package doni.engine.attempt;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits the concurrent attempts of a lane's worker, and knows those that run.
 *
 * <p>A lane prefetches a few more tasks, and an attempt gives its slot back when the worker has
 * ended, before the outcome is recorded, so that the backend is never idle while the database
 * works.
 */
public final class AttemptSlots {

  /** Enough for every attempt that waits. */
  private static final int UNLIMITED = 1 << 20;

  private final int count;
  private final Semaphore free;
  private final Set<AttemptSlot> attempts = new HashSet<>();

  public AttemptSlots(int count) {
    this.count = count;
    // Fair, because tasks are picked in the order of their priority.
    this.free = new Semaphore(count, true);
  }

  /** One attempt of the lane; the thread that makes it takes a slot and gives it back. */
  public final class AttemptSlot extends InterruptGuard implements AutoCloseable {
    private boolean taken;

    private AttemptSlot() {}

    /** Waits until a slot is free. */
    public void take() {
      free.acquireUninterruptibly();
      taken = true;
    }

    @Override
    void workerEnded() {
      if (taken) {
        taken = false;
        free.release();
      }
    }

    @Override
    public void close() {
      workerEnded();
      end(this);
    }
  }

  /** Begins an attempt, which has no slot yet. */
  public synchronized AttemptSlot begin() {
    AttemptSlot attempt = new AttemptSlot();
    attempts.add(attempt);
    return attempt;
  }

  private synchronized void end(AttemptSlot attempt) {
    attempts.remove(attempt);
    notifyAll();
  }

  /** Returns how many slots are taken. */
  public int taken() {
    return Math.max(0, count - free.availablePermits());
  }

  /** Opens all slots, so that no attempt waits any longer. */
  public void open() {
    free.release(UNLIMITED);
  }

  /**
   * Interrupts the attempts.
   *
   * @return how many there are
   */
  public synchronized int interrupt() {
    attempts.forEach(InterruptGuard::request);
    return attempts.size();
  }

  /** Waits until no attempt runs, at most for {@code patience}. */
  public synchronized boolean awaitNone(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!attempts.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }
}

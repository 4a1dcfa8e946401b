package doni.engine.attempt;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Lets a stopping replica interrupt the worker's code, and nothing else: an interrupt that reached
 * a database call would break its connection and lose the outcome.
 */
public final class InterruptGuard {

  private final Runnable afterWorker;
  private @Nullable Thread inside;
  private boolean requested;

  /**
   * @param afterWorker called when the worker's code has ended, before its outcome is recorded
   */
  public InterruptGuard(Runnable afterWorker) {
    this.afterWorker = afterWorker;
  }

  /** A guard without a callback. */
  public InterruptGuard() {
    this(() -> {});
  }

  /** Interrupts the worker's code if it runs now, or as soon as it starts. */
  public synchronized void request() {
    requested = true;
    if (inside != null) {
      inside.interrupt();
    }
  }

  public synchronized boolean requested() {
    return requested;
  }

  public <T> T around(Callable<T> work) throws Exception {
    enter();
    try {
      return work.call();
    } finally {
      leave();
      afterWorker.run();
    }
  }

  private synchronized void enter() {
    inside = Thread.currentThread();
    if (requested) {
      inside.interrupt();
    }
  }

  private synchronized void leave() {
    inside = null;
    // The thread belongs to the engine again; clear an interrupt that came too late.
    Thread.interrupted();
  }
}

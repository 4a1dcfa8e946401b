package doni.engine.attempt;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Lets a replica that stops interrupt what a worker does, and nothing else: an interrupt that
 * reached a database call would break its connection and lose the outcome.
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

  /** Of a worker for whose end nobody waits. */
  public InterruptGuard() {
    this(() -> {});
  }

  /** Interrupts the worker's code if it runs now, or else as soon as it begins. */
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
    // From here on the thread is the engine's again, whatever reached it meanwhile.
    Thread.interrupted();
  }
}

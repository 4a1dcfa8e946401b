package doni.engine.attempt;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a stopping replica interrupt the worker's code, and nothing else: an interrupt that reached
 * a database call would break its connection and lose the outcome.
 */
public class InterruptGuard {

  private @Nullable Thread inside;
  private boolean requested;

  /** Interrupts the worker's code if it runs now, or as soon as it starts. */
  public final synchronized void request() {
    requested = true;
    if (inside != null) {
      inside.interrupt();
    }
  }

  public final synchronized boolean requested() {
    return requested;
  }

  public final <T> T around(Callable<T> work) throws Exception {
    enter();
    try {
      return work.call();
    } finally {
      leave();
      workerEnded();
    }
  }

  /** Calls the database in the middle of the worker's code. */
  public final <T> T outside(Supplier<T> work) {
    leave();
    try {
      return work.get();
    } finally {
      enter();
    }
  }

  /** Called when the worker's code has ended, before its outcome is recorded. */
  void workerEnded() {}

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

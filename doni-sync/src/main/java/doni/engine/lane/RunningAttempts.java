package doni.engine.lane;

import doni.engine.attempt.InterruptGuard;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The running attempts of a lane. */
final class RunningAttempts {

  private final Set<InterruptGuard> attempts = new HashSet<>();

  synchronized InterruptGuard begin(Runnable afterWorker) {
    InterruptGuard attempt = new InterruptGuard(afterWorker);
    attempts.add(attempt);
    return attempt;
  }

  synchronized void end(InterruptGuard attempt) {
    attempts.remove(attempt);
    notifyAll();
  }

  synchronized int count() {
    return attempts.size();
  }

  synchronized void interrupt() {
    attempts.forEach(InterruptGuard::request);
  }

  /** Waits until no attempt runs, at most for {@code patience}. */
  synchronized boolean awaitNone(Duration patience) throws InterruptedException {
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

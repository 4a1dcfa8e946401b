package doni.engine.lane;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Runs each attempt on a virtual thread of its own, with a callback after each.
 *
 * <p>db-scheduler lacks that callback: triggered while every slot is taken, it polls again only
 * when many slots are free.
 */
final class LaneExecutor extends AbstractExecutorService {

  private final ExecutorService threads;
  private final Runnable afterEach;

  LaneExecutor(String lane, Runnable afterEach) {
    this.threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("lane-" + lane + "-", 0).factory());
    this.afterEach = afterEach;
  }

  @Override
  public void execute(Runnable attempt) {
    threads.execute(() -> {
      try {
        attempt.run();
      } finally {
        afterEach.run();
      }
    });
  }

  @Override
  public void shutdown() {
    threads.shutdown();
  }

  @Override
  public List<Runnable> shutdownNow() {
    return threads.shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return threads.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return threads.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return threads.awaitTermination(timeout, unit);
  }
}

package doni.worker.blazar;

import doni.worker.DistributedLock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A lock within one process. */
final class ProcessLock implements DistributedLock {

  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  @Override
  public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
    ReentrantLock lock = locks.computeIfAbsent(name, _ -> new ReentrantLock());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}

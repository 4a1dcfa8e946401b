package doni.simulator.http;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The faults of one simulated API. Of several that match a request, the one added first hits. */
public final class Faults {

  /** A fault that was added. */
  public final class Injected {
    private final long id;
    private final Fault fault;
    private final AtomicInteger hits = new AtomicInteger();
    private final CountDownLatch cleared = new CountDownLatch(1);

    private Injected(long id, Fault fault) {
      this.id = id;
      this.fault = fault;
    }

    public long id() {
      return id;
    }

    public Fault fault() {
      return fault;
    }

    /** How many requests it has hit. */
    public int hits() {
      return hits.get();
    }

    /** Takes it back, and lets go of the requests that hang in it. */
    public void clear() {
      Faults.this.injected.remove(this);
      cleared.countDown();
    }

    /** Waits until it is cleared or the time has passed. */
    void await(Duration atMost) throws InterruptedException {
      boolean _ = cleared.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    private boolean take(String method, String path) {
      if (!fault.hits(method, path)) {
        return false;
      }
      int hit = hits.incrementAndGet();
      if (fault.times() > 0 && hit > fault.times()) {
        hits.decrementAndGet();
        return false;
      }
      if (hit == fault.times()) {
        // Used up, but this request may yet hang in it, and has to be let go by a clear().
        exhausted.add(this);
        injected.remove(this);
      }
      return true;
    }
  }

  private final AtomicLong ids = new AtomicLong();
  private final List<Injected> injected = new CopyOnWriteArrayList<>();
  private final List<Injected> exhausted = new CopyOnWriteArrayList<>();

  public Injected add(Fault fault) {
    Injected added = new Injected(ids.incrementAndGet(), fault);
    injected.add(added);
    return added;
  }

  /** Takes all back, and lets go of every request that hangs. */
  public void clear() {
    injected.forEach(Injected::clear);
    exhausted.forEach(Injected::clear);
    exhausted.clear();
  }

  /** Takes one back; false when there is none with that id. */
  public boolean clear(long id) {
    Optional<Injected> found = active().stream().filter(one -> one.id() == id).findFirst();
    found.ifPresent(Injected::clear);
    return found.isPresent();
  }

  /** Those that can still hit. */
  public List<Injected> active() {
    return List.copyOf(injected);
  }

  Optional<Injected> next(String method, String path) {
    return injected.stream().filter(one -> one.take(method, path)).findFirst();
  }
}

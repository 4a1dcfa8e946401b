package doni.engine.attempt;

import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Plans many devices, in their order, a few ahead of the one that is read. However many plans are
 * requested at this replica, each lane has so many observations at a time as it has permits.
 */
public final class FleetPlanner {

  /** Keeps the permits of the lanes in use, and is all that an abandoned plan leaves to be done. */
  static final int AHEAD = 32;

  private final Planner planner;
  private final Map<String, Semaphore> permits;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fleet-plan-", 0).factory());

  /**
   * @param permits by worker type
   */
  public FleetPlanner(Planner planner, Map<String, Semaphore> permits) {
    this.planner = planner;
    this.permits = Map.copyOf(permits);
  }

  /** A device and its plans. */
  public record PlannedDevice<D>(D device, List<WorkerPlan> plans) {
    public PlannedDevice {
      plans = List.copyOf(plans);
    }
  }

  /** Plans devices while they are iterated. */
  public <D> Iterator<PlannedDevice<D>> plan(Iterator<D> devices, Function<D, HardwareId> id) {
    return new Planned<>(devices, id);
  }

  /** Ends the plans that are being made. */
  public void stop() {
    threads.shutdownNow();
  }

  private final class Planned<D> implements Iterator<PlannedDevice<D>> {

    private final Iterator<D> devices;
    private final Function<D, HardwareId> id;
    private final Queue<Future<PlannedDevice<D>>> ahead = new ArrayDeque<>();

    Planned(Iterator<D> devices, Function<D, HardwareId> id) {
      this.devices = devices;
      this.id = id;
    }

    @Override
    public boolean hasNext() {
      return !ahead.isEmpty() || devices.hasNext();
    }

    @Override
    public PlannedDevice<D> next() {
      while (ahead.size() < AHEAD && devices.hasNext()) {
        D device = devices.next();
        ahead.add(
            threads.submit(
                () -> new PlannedDevice<>(device, planner.of(id.apply(device), permits))));
      }
      Future<PlannedDevice<D>> first = ahead.poll();
      if (first == null) {
        throw new NoSuchElementException();
      }
      return await(first);
    }

    /** A plan has a time limit of its own. */
    private PlannedDevice<D> await(Future<PlannedDevice<D>> planned) {
      try {
        return planned.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException failure
            ? failure
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the service is stopping", e);
      }
    }
  }
}

package doni.hardware;

import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.hardware.HardwarePlanService.DevicePlan;
import doni.worker.Change;
import doni.worker.Change.Action;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The plans of the hardware of a list, made while they are iterated, and their totals. */
public final class FleetPlan implements Iterator<FleetPlan.NamedPlan> {

  /** Reasons can name a device, so their number has no limit of its own. */
  static final int MAX_REASONS = 20;

  static final String OTHER_REASONS = "other reasons";

  /** The plan of one hardware, and the name that people know it by. */
  public record NamedPlan(String name, DevicePlan plan) {}

  /** What a worker would do, of all hardware planned so far. */
  public static final class WorkerTotal {

    private final String workerType;
    private final Map<Action, Long> changes = new EnumMap<>(Action.class);
    private final Map<String, Long> unknown = new LinkedHashMap<>();
    private boolean shadow;
    private long unchanged;

    private WorkerTotal(String workerType) {
      this.workerType = workerType;
    }

    private void add(WorkerPlan plan) {
      shadow |= plan.shadow();
      if (plan.reason() != null) {
        boolean named = unknown.containsKey(plan.reason()) || unknown.size() < MAX_REASONS;
        unknown.merge(named ? plan.reason() : OTHER_REASONS, 1L, Long::sum);
      } else if (plan.changes().isEmpty()) {
        unchanged++;
      }
      for (Change change : plan.changes()) {
        changes.merge(change.action(), 1L, Long::sum);
      }
    }

    public String workerType() {
      return workerType;
    }

    /** Returns the number of changes of a kind. */
    public long changes(Action action) {
      return changes.getOrDefault(action, 0L);
    }

    /** Returns the number of hardware for which nothing is to be written. */
    public long unchanged() {
      return unchanged;
    }

    /** Returns the number of hardware for which the worker has no plan, by reason. */
    public Map<String, Long> unknown() {
      return Collections.unmodifiableMap(unknown);
    }

    /** Returns whether the lane is in shadow and so writes nothing. */
    public boolean shadow() {
      return shadow;
    }
  }

  private final Iterator<NamedPlan> plans;
  private final Supplier<Optional<HardwareId>> nextMarker;
  private final Map<String, WorkerTotal> totals = new TreeMap<>();

  FleetPlan(Iterator<NamedPlan> plans, Supplier<Optional<HardwareId>> nextMarker) {
    this.plans = plans;
    this.nextMarker = nextMarker;
  }

  @Override
  public boolean hasNext() {
    return plans.hasNext();
  }

  @Override
  public NamedPlan next() {
    NamedPlan planned = plans.next();
    for (WorkerPlan plan : planned.plan().workers()) {
      totals.computeIfAbsent(plan.workerType(), WorkerTotal::new).add(plan);
    }
    return planned;
  }

  /** Returns the totals by worker; complete after iteration. */
  public Collection<WorkerTotal> totals() {
    return Collections.unmodifiableCollection(totals.values());
  }

  /** Returns the last hardware of the page if another page follows; known after iteration. */
  public Optional<HardwareId> nextMarker() {
    return nextMarker.get();
  }
}

package doni.hardware;

import doni.engine.attempt.FleetPlanner;
import doni.engine.attempt.FleetPlanner.PlannedDevice;
import doni.engine.attempt.Planner;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.hardware.FleetPlan.NamedPlan;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Previews what the workers would write. */
@Service
public class HardwarePlanService {

  /**
   * The plans of all workers of one hardware.
   *
   * @param deletedAt null for live hardware
   * @param blockers why each worker that has not cleaned up deleted hardware has not done so yet,
   *     by its type; empty for live hardware
   */
  public record DevicePlan(
      HardwareId hardware,
      List<WorkerPlan> workers,
      @Nullable Instant deletedAt,
      Map<String, String> blockers) {

    public DevicePlan {
      workers = List.copyOf(workers);
      blockers = Map.copyOf(blockers);
    }

    /** Creates the plan of live hardware. */
    public DevicePlan(HardwareId hardware, List<WorkerPlan> workers) {
      this(hardware, workers, null, Map.of());
    }
  }

  private final HardwareReader reader;
  private final HardwareService service;
  private final Planner planner;
  private final FleetPlanner fleet;
  private final AccessPolicy policy;

  HardwarePlanService(
      HardwareReader reader,
      HardwareService service,
      Planner planner,
      FleetPlanner fleet,
      AccessPolicy policy) {
    this.reader = reader;
    this.service = service;
    this.planner = planner;
    this.fleet = fleet;
    this.policy = policy;
  }

  /**
   * Returns the plans of the hardware of a list, without those that the caller may not plan.
   *
   * @throws doni.request.RequestRefusedException.Forbidden if the caller may not see that list
   */
  public FleetPlan planAll(Caller caller, HardwareListQuery query) {
    HardwareService.Page page = service.list(caller, query);
    Iterator<HardwareView> allowed =
        each(page)
            .filter(device -> policy.allows("hardware:get", caller, device.target()))
            .iterator();
    Iterator<NamedPlan> plans =
        each(fleet.plan(allowed, HardwareView::id)).map(HardwarePlanService::named).iterator();
    // The first plan is made before the response begins, so that a failure has its status.
    var _ = plans.hasNext();
    return new FleetPlan(plans, page::nextMarker);
  }

  private static <T> Stream<T> each(Iterator<T> elements) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(elements, Spliterator.ORDERED), false);
  }

  private static NamedPlan named(PlannedDevice<HardwareView> planned) {
    HardwareView device = planned.device();
    return new NamedPlan(
        device.name(),
        device.deletedAt() == null
            ? new DevicePlan(device.id(), planned.plans())
            : cleanup(device, planned.plans()));
  }

  /**
   * Returns what each worker of the hardware would write now. Deleted hardware that is still being
   * cleaned up is known by its uuid.
   */
  public DevicePlan plan(Caller caller, String ref) {
    HardwareId id = reader.identify(ref).orElseThrow(() -> NotFound.hardware(ref));
    Map<String, String> target = reader.targetOf(id).orElseThrow(() -> NotFound.hardware(ref));
    policy.enforce("hardware:get", caller, target);
    List<WorkerPlan> plans = planner.of(id);
    return reader
        .findDeleted(id)
        .map(deleted -> cleanup(deleted, plans))
        .orElseGet(() -> new DevicePlan(id, plans));
  }

  /** Adds what blocks a cleanup, also of the workers that are not enabled and have no plan. */
  private static DevicePlan cleanup(HardwareView deleted, List<WorkerPlan> plans) {
    List<WorkerPlan> all = new ArrayList<>(plans);
    Map<String, String> blockers = new HashMap<>();
    for (WorkerReport report : deleted.workers()) {
      String type = report.workerType();
      Optional<String> blocker = report.whyNotSteady();
      blocker.ifPresent(reason -> blockers.put(type, reason));
      if (plans.stream().noneMatch(plan -> plan.workerType().equals(type))) {
        all.add(new WorkerPlan(type, List.of(), blocker.orElse(null)));
      }
    }
    return new DevicePlan(deleted.id(), all, deleted.deletedAt(), blockers);
  }
}

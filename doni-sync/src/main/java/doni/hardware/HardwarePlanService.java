package doni.hardware;

import doni.engine.attempt.Planner;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Planner planner;
  private final AccessPolicy policy;

  HardwarePlanService(HardwareReader reader, Planner planner, AccessPolicy policy) {
    this.reader = reader;
    this.planner = planner;
    this.policy = policy;
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

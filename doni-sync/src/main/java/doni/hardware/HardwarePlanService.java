package doni.hardware;

import doni.engine.attempt.Planner;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;

/** Previews what the workers would write. */
@Service
public class HardwarePlanService {

  /** The plans of all workers of one hardware. */
  public record DevicePlan(HardwareId hardware, List<WorkerPlan> workers) {}

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
    return new DevicePlan(id, planner.of(id));
  }
}

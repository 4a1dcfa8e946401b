package doni.hardware;

import doni.engine.attempt.Planner;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.hardware.HardwarePlanService.DevicePlan;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Previews what the workers would write after a change that is not made. */
@Service
public class ChangePreviewService {

  private final HardwareAccess access;
  private final HardwareInventory inventory;
  private final EnrollmentRules rules;
  private final Planner planner;

  ChangePreviewService(
      HardwareAccess access, HardwareInventory inventory, EnrollmentRules rules, Planner planner) {
    this.access = access;
    this.inventory = inventory;
    this.rules = rules;
    this.planner = planner;
  }

  /**
   * Checks a change as {@link HardwareService#patch} does, and returns what each worker would write
   * after it. No worker is part of the plan if none would run, because labels alone change.
   *
   * <p>Changes of reservation windows are checked and not part of the plan.
   *
   * @param expected the generations of which the hardware must have one; null for any
   */
  public DevicePlan preview(
      Caller caller,
      String ref,
      List<JsonPatchOperation> operations,
      @Nullable Set<Generation> expected) {
    HardwareRecord before =
        inventory
            .read(new HardwareId(access.find("hardware:update", caller, ref).row().uuid()))
            .orElseThrow(() -> NotFound.hardware(ref));
    LockedHardware.refuseIfStale(before.generation(), expected);
    HardwareJsonPatch patch = new HardwareJsonPatch(operations);
    HardwareRecord after = rules.patched(before, patch);
    access.enforceSiteLabels(caller, before, after);
    return rules.masked(after, patch).isEmpty() && after.sameSpec(before)
        ? new DevicePlan(before.id(), List.of())
        : new DevicePlan(before.id(), planner.of(before.id(), stored -> changed(stored, after)));
  }

  private static Hardware changed(Hardware stored, HardwareRecord after) {
    return new Hardware(
        stored.id(),
        after.name(),
        stored.projectId(),
        after.hardwareType(),
        after.properties(),
        stored.windows(),
        stored.generation(),
        stored.deleted());
  }
}

package doni.hardware;

import doni.engine.attempt.Planner;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.hardware.HardwarePlanService.DevicePlan;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
   * <p>Changes of reservation windows are checked and not part of the plan. Neither are new values
   * of masked properties: a preview leaves no trace, so a plan with them would answer guesses.
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
    Set<String> masked = rules.masked(after, patch);
    if (masked.isEmpty() && after.sameSpec(before)) {
      return new DevicePlan(before.id(), List.of());
    }
    HardwareRecord shown = withoutGuesses(before, after, masked);
    return new DevicePlan(before.id(), planner.of(before.id(), stored -> changed(stored, shown)));
  }

  /** Returns the changed hardware with the stored values of masked properties. */
  static HardwareRecord withoutGuesses(
      HardwareRecord before, HardwareRecord after, Set<String> masked) {
    Map<String, Object> properties = new LinkedHashMap<>(after.properties());
    for (String name : masked) {
      Object stored = before.properties().get(name);
      if (stored != null) {
        properties.put(name, stored);
      }
    }
    return after.with(after.name(), after.hardwareType(), properties);
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

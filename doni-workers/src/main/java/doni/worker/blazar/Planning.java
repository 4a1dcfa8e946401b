package doni.worker.blazar;

import doni.enrollment.Hardware;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What both workers do to come from an attempt to a plan. */
final class Planning {

  private Planning() {}

  static ReconcilePlan of(Site site, ReconcileContext attempt, Wish wish) {
    Recorded recorded = Recorded.of(attempt);
    Observer observer = new Observer(site, wish, recorded);
    boolean afresh = wish.deleted() || attempt.cause() == ReconcileContext.Cause.REQUESTED;
    return new BlazarPlan(
        site, wish, recorded, observer, afresh ? observer.look() : observer.glance(), afresh);
  }

  /** Keystone need not be asked for what is to be deleted. */
  static Authorization authorization(Site site, Hardware device) {
    return device.deleted()
        ? new Authorization(Map.of(), List.of())
        : Authorization.of(device, site.reservations());
  }

  /** What was set before, and what is ours even if somebody else set it. */
  static Set<String> formerKeys(ReconcileContext attempt, Authorization authorization) {
    Set<String> keys = new TreeSet<>(Recorded.of(attempt).propertyKeys());
    keys.removeAll(Authorization.KEYS);
    keys.addAll(authorization.owned());
    return keys;
  }

  static Map<String, @Nullable Object> notes(Authorization authorization, Set<String> ignored) {
    Map<String, @Nullable Object> notes = new HashMap<>();
    notes.put(
        "unknown_projects", authorization.unknown().isEmpty() ? null : authorization.unknown());
    notes.put("ignored_device_profiles", ignored.isEmpty() ? null : List.copyOf(ignored));
    return notes;
  }
}

package doni.worker.blazar;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What has become of the leases in one attempt. */
final class LeaseReport {

  /** A lease that is found at work so often is stuck for ever. */
  private static final int WEDGED_AFTER = 3;

  private final Map<String, String> leases = new TreeMap<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final Set<String> wedged;
  private final Map<String, String> refused = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private boolean soon;
  private @Nullable Refusal failure;
  private final Recorded recorded;

  LeaseReport(Recorded recorded) {
    this.recorded = recorded;
    this.wedged = new TreeSet<>(recorded.wedged());
  }

  void holds(Lease lease) {
    leases.put(lease.name(), lease.id());
  }

  void changed(List<Change> done) {
    changes.addAll(done);
  }

  /** The window cannot be leased. */
  void refused(String name, String why) {
    refused.put(name, why);
  }

  /** It is worth to look again in a moment. */
  void lookAgainSoon() {
    soon = true;
  }

  /**
   * Blazar is at work on it, or has got stuck.
   *
   * @return whether it is stuck
   */
  boolean atWork(Lease lease) {
    int count = recorded.refusals().getOrDefault(lease.id(), 0) + 1;
    if (count >= WEDGED_AFTER) {
      wedged.add(lease.id());
      changes.add(
          Change.update("lease " + lease.name(), null, "left alone: Blazar never lets go of it"));
      return true;
    }
    refusals.put(lease.id(), count);
    leases.put(lease.name(), lease.id());
    soon = true;
    return false;
  }

  /** Nobody knows why it did not work; the first one is told. */
  void failed(Refusal refusal) {
    if (failure == null) {
      failure = refusal;
    }
  }

  boolean isSettled() {
    return refused.isEmpty() && !soon && failure == null;
  }

  boolean soon() {
    return soon;
  }

  Optional<Refusal> failure() {
    return Optional.ofNullable(failure);
  }

  Map<String, String> refused() {
    return refused;
  }

  List<Change> changes() {
    return changes;
  }

  void tell(Map<String, @Nullable Object> details) {
    details.put(Recorded.LEASES, leases.isEmpty() ? null : Map.copyOf(leases));
    details.put(Recorded.REFUSALS, refusals.isEmpty() ? null : Map.copyOf(refusals));
    details.put(Recorded.WEDGED, wedged.isEmpty() ? null : List.copyOf(wedged));
    details.put("refused_windows", refused.isEmpty() ? null : Map.copyOf(refused));
  }
}

package doni.worker.blazar;

import doni.enrollment.ReservationWindow;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one piece of hardware is to have in Blazar.
 *
 * @param uid the hardware's uuid
 * @param name of its Kubernetes node, or of its hypervisor
 * @param properties all that are ours and are to be there
 * @param formerKeys properties that were ours and are not wanted any more
 * @param windows when it is to be available
 * @param underlying whether what it stands for, the node, is known to be there
 * @param complaint what only a change of the enrollment can mend; the rest is seen to all the same
 * @param notes more to report of it
 * @param deleted whether nothing is to be left of it
 */
record Wish(
    Kind kind,
    String uid,
    String name,
    Map<String, String> properties,
    Set<String> formerKeys,
    List<ReservationWindow> windows,
    Underlying underlying,
    Optional<String> complaint,
    Map<String, @Nullable Object> notes,
    boolean deleted) {

  static final String LEASE_PREFIX = "availability_window_";

  /** Whether what the resource stands for is there. */
  enum Underlying {
    THERE,
    MISSING,
    /** No worker at this site sees to it. */
    UNKNOWN
  }

  Wish {
    properties = Map.copyOf(properties);
    formerKeys = Set.copyOf(formerKeys);
    windows = List.copyOf(windows);
    notes = Collections.unmodifiableMap(notes);
  }

  static String leaseName(ReservationWindow window) {
    return LEASE_PREFIX + window.uuid();
  }
}

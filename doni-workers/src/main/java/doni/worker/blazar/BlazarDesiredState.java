package doni.worker.blazar;

import doni.enrollment.Generation;
import doni.enrollment.ReservationWindow;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Blazar must have of one piece of hardware.
 *
 * @param uid the hardware's uuid
 * @param name of its Kubernetes node, or of its hypervisor
 * @param properties that the resource must have
 * @param managedKeys properties that are removed unless they are required, even if another client
 *     set them
 * @param windows for which the site leases it
 * @param nodes which nodes of it are known to exist
 * @param problem what only a change of the enrollment can fix; everything else is done regardless
 * @param notes details to report with every outcome
 * @param generation of the enrollment
 * @param deleted whether nothing must be left of it
 */
record BlazarDesiredState(
    ResourceKind kind,
    String uid,
    String name,
    Map<String, String> properties,
    Set<String> managedKeys,
    List<ReservationWindow> windows,
    NodeReport nodes,
    Optional<String> problem,
    Map<String, @Nullable Object> notes,
    Generation generation,
    boolean deleted) {

  static final String LEASE_PREFIX = "availability_window_";

  BlazarDesiredState {
    properties = Map.copyOf(properties);
    managedKeys = Set.copyOf(managedKeys);
    windows = List.copyOf(windows);
    notes = Collections.unmodifiableMap(notes);
  }

  static String leaseName(ReservationWindow window) {
    return LEASE_PREFIX + window.uuid();
  }

  /** Returns whether the node that it represents is known to exist. */
  NodePresence node() {
    return nodes.presence(name);
  }

  /** Returns whether a resource has the required name; with another one it is another resource. */
  boolean hasName(BlazarObservedState.BlazarResource resource) {
    return resource.name().equalsIgnoreCase(name);
  }

  /** Whether the node that a resource represents exists. */
  enum NodePresence {
    PRESENT,
    MISSING,
    /** No worker of this site manages it. */
    UNKNOWN
  }

  /**
   * What the worker that manages the nodes reports of this hardware.
   *
   * @param managed whether a worker of this site manages them
   * @param present the names of nodes that exist, in lower case
   * @param current whether the report was made for the present enrollment
   */
  record NodeReport(boolean managed, Set<String> present, boolean current) {

    static final NodeReport UNMANAGED = new NodeReport(false, Set.of(), false);

    NodeReport {
      present = Set.copyOf(present);
    }

    NodePresence presence(String node) {
      if (!managed) {
        return NodePresence.UNKNOWN;
      }
      return present.contains(node.toLowerCase(Locale.ROOT))
          ? NodePresence.PRESENT
          : NodePresence.MISSING;
    }

    /**
     * Returns whether a decision that cannot be undone may rely on that node. A report that was
     * made before the hardware was renamed or changed says nothing of what is there now.
     */
    boolean confirms(String node) {
      return !managed || (current && presence(node) == NodePresence.PRESENT);
    }
  }

  /**
   * A lease to create.
   *
   * @param uid of the one resource to reserve
   * @param end to the minute
   */
  record DesiredLease(ResourceKind kind, String name, String uid, LeaseStart start, Instant end) {

    DesiredLease startingNow() {
      return new DesiredLease(kind, name, uid, new LeaseStart.Now(), end);
    }
  }

  /** When a lease starts. */
  sealed interface LeaseStart {

    /** At once: Blazar refuses a time in the past, but takes the word {@code now}. */
    record Now() implements LeaseStart {}

    /**
     * @param minute the current one or a later one
     */
    record At(Instant minute) implements LeaseStart {}

    /** Returns the start as a time. */
    default Instant from(Instant now) {
      return switch (this) {
        case Now _ -> now;
        case At(Instant minute) -> minute;
      };
    }
  }
}

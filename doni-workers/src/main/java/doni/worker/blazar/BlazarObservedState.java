package doni.worker.blazar;

import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.SiteListing.MarkedObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Blazar has of one piece of hardware.
 *
 * @param resource the device or host that represents it
 * @param duplicates further ones with its uid
 * @param namesake one with the same name that has another uid or none, where the listing was read
 * @param leases ours, in any state, without those that Blazar never releases
 * @param others when leases that are not ours reserve the resource
 */
record BlazarObservedState(
    Optional<BlazarResource> resource,
    List<BlazarResource> duplicates,
    Optional<BlazarResource> namesake,
    List<BlazarLease> leases,
    List<ResourceBooking> others,
    Instant at) {

  BlazarObservedState {
    duplicates = List.copyOf(duplicates);
    leases = List.copyOf(leases);
    others = List.copyOf(others);
  }

  /** Returns the resource and its duplicates. */
  Stream<BlazarResource> resources() {
    return Stream.concat(resource.stream(), duplicates.stream());
  }

  Optional<BlazarLease> lease(String id) {
    return leases.stream().filter(lease -> lease.id().equals(id)).findFirst();
  }

  /** Returns the state that is left when the resource and its leases are deleted. */
  BlazarObservedState withoutResource() {
    return new BlazarObservedState(
        Optional.empty(), duplicates, namesake, List.of(), List.of(), at);
  }

  /**
   * Returns this state with the namesake as the resource, or as its successor where the resource
   * has a former name, if the namesake has no uid: the rest of a creation of ours that Blazar
   * carried out in part.
   */
  BlazarObservedState adoptingNamesake() {
    BlazarResource rest =
        namesake.filter(it -> !it.properties().containsKey(BlazarResource.UID)).orElse(null);
    if (rest == null) {
      return this;
    }
    return resource.isEmpty()
        ? new BlazarObservedState(namesake, duplicates, Optional.empty(), leases, others, at)
        : new BlazarObservedState(
            resource,
            Stream.concat(duplicates.stream(), Stream.of(rest)).toList(),
            Optional.empty(),
            leases,
            others,
            at);
  }

  /**
   * A device or a host.
   *
   * @param name of a device the name of its Kubernetes node, of a host the hypervisor's host name
   * @param reservable false while Blazar's own monitor finds the node unhealthy
   * @param createdAt as Blazar writes it: UTC, in the order of its text
   * @param properties everything else that Blazar shows, each value as text
   */
  record BlazarResource(
      String id,
      String name,
      boolean reservable,
      @Nullable String createdAt,
      Map<String, String> properties) {

    static final String UID = "uid";

    BlazarResource {
      properties = Map.copyOf(properties);
    }

    /** Returns whether Blazar's monitor finds the device in order; none for foreign hardware. */
    Stream<DeviceSignal> signal(ResourceKind kind) {
      return MarkedObject.of(kind.word(), mark(kind), false)
          .map(marked ->
              DeviceSignal.of(
                  marked.device(),
                  reservable ? SignalStatus.RESPONDS : SignalStatus.IMPAIRED,
                  reservable
                      ? "Blazar offers it"
                      : "Blazar does not offer it (reservable is false)",
                  null));
    }

    /** Returns whether it represents the hardware of that uuid. */
    boolean represents(ResourceKind kind, String uid) {
      return uid.equals(mark(kind));
    }

    /** Returns the uuid of the hardware that it represents; empty or another text if none. */
    String mark(ResourceKind kind) {
      return switch (kind) {
        case DEVICE -> properties.getOrDefault(UID, "");
        case HOST -> name;
      };
    }
  }

  /**
   * A lease.
   *
   * @param start to the minute
   * @param end to the minute
   * @param createdAt as Blazar writes it: UTC, in the order of its text
   * @param rules by which Blazar chose what it reserves
   */
  record BlazarLease(
      String id,
      String name,
      String projectId,
      LeaseState state,
      Instant start,
      Instant end,
      @Nullable String createdAt,
      List<String> rules) {

    BlazarLease {
      rules = List.copyOf(rules);
    }

    /** Returns the end of a sentence on why other times cannot be had: the lease is kept. */
    String stays() {
      return "; its lease from %s to %s stays".formatted(start, end);
    }

    /** Returns whether it reserves the hardware of that uuid and nothing else. */
    boolean reserves(String uid) {
      return rules.stream().anyMatch(rule -> rule.contains('"' + uid + '"'));
    }
  }

  /** The progress of a lease. */
  enum LeaseState {
    /** It has not started. */
    PENDING,
    /** It has started. */
    ACTIVE,
    /** It has ended. */
    ENDED,
    /** Blazar could not start or end it. */
    BROKEN,
    /** Blazar is moving it to another state. */
    CHANGING;

    boolean isOver() {
      return this == ENDED || this == BROKEN;
    }
  }

  /**
   * The current or future time for which a lease, of any project, reserves a resource.
   *
   * @param state of the reservation; a transition of the lease does not show in it
   * @param start to the minute
   * @param end to the minute
   */
  record ResourceBooking(
      String resourceId,
      String leaseId,
      String leaseName,
      String projectId,
      LeaseState state,
      Instant start,
      Instant end) {

    /** Returns whether it is a reservation window that we lease to the site itself. */
    boolean isWindow(String ourProject) {
      return leaseName.startsWith(BlazarDesiredState.LEASE_PREFIX) && projectId.equals(ourProject);
    }

    boolean overlaps(Instant from, Instant to) {
      return start.isBefore(to) && from.isBefore(end);
    }
  }
}

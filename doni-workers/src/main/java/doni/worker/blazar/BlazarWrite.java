package doni.worker.blazar;

import doni.worker.Change;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One write to Blazar, with the changes that it makes. */
sealed interface BlazarWrite {

  List<Change> changes();

  /**
   * Returns whether an observation shows that the write took effect. Blazar stores first and fails
   * afterwards, so that a refused write may have been carried out.
   */
  boolean isVisibleIn(BlazarObservedState observed);

  record CreateResource(ResourceKind kind, String name, Map<String, String> properties)
      implements BlazarWrite {
    public CreateResource {
      properties = Map.copyOf(properties);
    }

    @Override
    public List<Change> changes() {
      return List.of(Change.create(kind.word() + " " + name));
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed.resources().anyMatch(it -> it.name().equalsIgnoreCase(name));
    }
  }

  /**
   * Sets properties in one call, which Blazar refuses as a whole.
   *
   * @param properties by their changes; a change to null removes one
   */
  record SetProperties(String resourceId, Map<String, Change> properties) implements BlazarWrite {
    public SetProperties {
      properties = Collections.unmodifiableMap(new TreeMap<>(properties));
    }

    /** Returns the values to send. */
    Map<String, @Nullable String> values() {
      Map<String, @Nullable String> values = new TreeMap<>();
      properties.forEach((key, change) -> values.put(key, change.to()));
      return values;
    }

    /** Returns the part of this write that concerns none of the properties. */
    SetProperties without(Set<String> keys) {
      Map<String, Change> rest = new TreeMap<>(properties);
      rest.keySet().removeAll(keys);
      return new SetProperties(resourceId, rest);
    }

    /** Returns the part that a resource does not show as written. */
    SetProperties withoutStored(BlazarResource resource) {
      Map<String, Change> rest = new TreeMap<>(properties);
      rest.entrySet().removeIf(entry -> isStored(entry.getKey(), entry.getValue(), resource));
      return new SetProperties(resourceId, rest);
    }

    private static boolean isStored(String key, Change change, BlazarResource resource) {
      return BlazarDrift.isSame(key, change.to(), resource.properties().get(key));
    }

    @Override
    public List<Change> changes() {
      return List.copyOf(properties.values());
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed
          .resources()
          .filter(resource -> resource.id().equals(resourceId))
          .anyMatch(resource -> withoutStored(resource).properties().isEmpty());
    }
  }

  record DeleteResource(ResourceKind kind, BlazarResource resource) implements BlazarWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete(kind.word() + " " + resource.name()));
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed.resources().noneMatch(it -> it.id().equals(resource.id()));
    }
  }

  record CreateLease(DesiredLease lease) implements BlazarWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("lease " + lease.name()));
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed.leases().stream()
          .anyMatch(it -> it.name().equals(lease.name()) && !it.state().isOver());
    }
  }

  /**
   * Changes the time of a lease.
   *
   * @param from when it starts afterwards
   * @param to when it ends afterwards
   */
  record MoveLease(BlazarLease lease, LeaseDates dates, Instant from, Instant to)
      implements BlazarWrite {

    /** Returns whether it then takes time that it does not have yet. */
    boolean takesTime() {
      return from.isBefore(lease.start()) || to.isAfter(lease.end());
    }

    @Override
    public List<Change> changes() {
      return List.of(
          Change.update(
              "lease " + lease.name(), lease.start() + " to " + lease.end(), from + " to " + to));
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed
          .lease(lease.id())
          .filter(it -> it.end().equals(to))
          .filter(it -> dates.start() == null || it.start().equals(from))
          .isPresent();
    }
  }

  /** Ends a lease that has started and creates one that starts later. */
  record ReplaceLease(EndLease end, CreateLease create) implements BlazarWrite {
    @Override
    public List<Change> changes() {
      return List.of(end.changes().getFirst(), create.changes().getFirst());
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return end.isVisibleIn(observed) && create.isVisibleIn(observed);
    }
  }

  record EndLease(BlazarLease lease) implements BlazarWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("lease " + lease.name()));
    }

    @Override
    public boolean isVisibleIn(BlazarObservedState observed) {
      return observed.lease(lease.id()).isEmpty();
    }
  }

  /**
   * The dates of a lease to change.
   *
   * @param start null to keep it
   * @param end null to keep it
   */
  record LeaseDates(@Nullable LeaseStart start, @Nullable Instant end) {}
}

package doni.worker.blazar;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Change;
import doni.worker.DiscoveredHardware;
import doni.worker.ReconcileContext;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads resources as enrollments. The worker's own drift decides what enrolling one would write: it
 * is importable if the worker would adopt it, and would remove nothing of it and no lease.
 */
final class ResourceDiscovery {

  private final BlazarAccess access;
  private final ResourceKind kind;
  private final Function<ReconcileContext, BlazarDesiredState> worker;

  /**
   * @param worker returns the desired state of an enrollment
   */
  ResourceDiscovery(
      BlazarAccess access,
      ResourceKind kind,
      Function<ReconcileContext, BlazarDesiredState> worker) {
    this.access = access;
    this.kind = kind;
    this.worker = worker;
  }

  List<DiscoveredHardware> all() {
    Set<String> withWindows = withWindows();
    Set<String> seen = new HashSet<>();
    // Of several with one uid the worker keeps the oldest.
    return access.listings().resources(kind).current().all().stream()
        .sorted(Comparator.comparing(resource -> String.valueOf(resource.createdAt())))
        .map(resource ->
            seen.add(uid(resource)) || uid(resource).isEmpty()
                ? one(resource, withWindows.contains(resource.id()))
                : new DiscoveredHardware.NotImportable(
                    origin(resource),
                    null,
                    List.of("uid: must be unique; an older one also has " + uid(resource))))
        .sorted(Comparator.comparing(DiscoveredHardware::origin))
        .toList();
  }

  /** Returns the ids of the resources that are leased to the site itself, as windows are. */
  private Set<String> withWindows() {
    String ours = access.client().projectId();
    return access.listings().bookings(kind).fresh().stream()
        .filter(booking -> booking.isWindow(ours))
        .map(ResourceBooking::resourceId)
        .collect(Collectors.toSet());
  }

  private DiscoveredHardware one(BlazarResource resource, boolean hasWindows) {
    Optional<HardwareId> id = id(resource);
    if (id.isEmpty()) {
      return new DiscoveredHardware.NotImportable(
          origin(resource), null, List.of(notUuid(resource)));
    }
    Hardware hardware =
        new Hardware(
            id.get(),
            name(resource),
            "",
            DiscoveredProperties.hardwareType(kind),
            DiscoveredProperties.of(kind, resource, access.client().projectId()),
            List.of(),
            Generation.FIRST,
            false);
    BlazarDesiredState desired =
        worker.apply(new ReconcileContext(hardware, Map.of(), ReconcileContext.Cause.REQUESTED));
    List<Change> changes =
        BlazarDrift.propertyWrites(desired, resource, BlazarRecordedState.of(Map.of())).stream()
            .flatMap(write -> write.changes().stream())
            .toList();
    List<String> problems = problems(resource, desired, changes, hasWindows);
    return problems.isEmpty()
        ? new DiscoveredHardware.Importable(
            origin(resource),
            hardware.id(),
            hardware.name(),
            hardware.hardwareType(),
            hardware.properties(),
            Map.of(),
            changes.stream().map(ResourceDiscovery::note).toList())
        : new DiscoveredHardware.NotImportable(origin(resource), hardware.id(), problems);
  }

  private String notUuid(BlazarResource resource) {
    return switch (kind) {
      case DEVICE -> "uid: must be a UUID in canonical form, not '%s'".formatted(uid(resource));
      case HOST ->
          "hypervisor: must be a node of Ironic, named by its UUID, not '%s'"
              .formatted(uid(resource));
    };
  }

  private List<String> problems(
      BlazarResource resource,
      BlazarDesiredState desired,
      List<Change> changes,
      boolean hasWindows) {
    List<String> problems = new ArrayList<>();
    if (hasWindows) {
      problems.add(
          "it has availability windows of an earlier enrollment, which would be ended;"
              + " ./doni migrate-from keeps windows");
    }
    if (kind == ResourceKind.DEVICE && !desired.name().equals(resource.name())) {
      problems.add("name: must be lower-case, as a node's name is; it would be created again");
    }
    desired.problem().ifPresent(problems::add);
    if (desired.problem().isEmpty()) {
      changes.stream()
          .filter(change -> change.action() == Change.Action.DELETE)
          .map(change ->
              "%s '%s' cannot be enrolled and would be removed"
                  .formatted(change.object(), change.from()))
          .forEach(problems::add);
    }
    return problems;
  }

  private static String note(Change change) {
    return change.from() == null
        ? "%s would be set to %s".formatted(change.object(), change.to())
        : "%s would be changed from %s to %s"
            .formatted(change.object(), change.from(), change.to());
  }

  private Optional<HardwareId> id(BlazarResource resource) {
    try {
      return Optional.of(HardwareId.parse(uid(resource)))
          .filter(id -> id.toString().equals(uid(resource)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private String uid(BlazarResource resource) {
    return switch (kind) {
      case DEVICE -> resource.properties().getOrDefault(BlazarResource.UID, "");
      case HOST -> resource.name();
    };
  }

  private String name(BlazarResource resource) {
    return switch (kind) {
      case DEVICE -> resource.name();
      case HOST -> resource.properties().getOrDefault(DesiredProperties.NODE_NAME, "");
    };
  }

  private String origin(BlazarResource resource) {
    return "Blazar %s %s (%s)".formatted(kind.word(), resource.id(), resource.name());
  }
}

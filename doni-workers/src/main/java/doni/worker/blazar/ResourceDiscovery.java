package doni.worker.blazar;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Change;
import doni.worker.DiscoveredHardware;
import doni.worker.ReconcileContext;
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
 * Reads what can be reserved as enrollments. What the worker would write after that is found out
 * the way in which the worker itself does: a resource is fit when the worker takes it for its own,
 * and nothing of it and no lease of the site would go.
 */
final class ResourceDiscovery {

  private final Site site;
  private final Kind kind;
  private final Function<ReconcileContext, Wish> worker;

  /**
   * @param worker what one of the workers wants of a piece of hardware
   */
  ResourceDiscovery(Site site, Kind kind, Function<ReconcileContext, Wish> worker) {
    this.site = site;
    this.kind = kind;
    this.worker = worker;
  }

  List<DiscoveredHardware> all() {
    Set<String> withWindows = withWindows();
    Set<String> seen = new HashSet<>();
    // Of several with one uid the worker keeps the oldest.
    return site.board(kind).fresh().stream()
        .sorted(Comparator.comparing(resource -> String.valueOf(resource.createdAt())))
        .map(resource ->
            seen.add(uid(resource)) || uid(resource).isEmpty()
                ? one(resource, withWindows.contains(resource.id()))
                : new DiscoveredHardware.NotImportable(
                    origin(resource),
                    null,
                    List.of("an older one has the same uid " + uid(resource))))
        .sorted(Comparator.comparing(DiscoveredHardware::origin))
        .toList();
  }

  /** The ids of what is leased to the site itself, as an enrollment's windows are. */
  private Set<String> withWindows() {
    String ours = site.reservations().projectId();
    return site.bookings(kind).fresh().stream()
        .filter(booking ->
            booking.projectId().equals(ours) && booking.leaseName().startsWith(Wish.LEASE_PREFIX))
        .map(Booking::resourceId)
        .collect(Collectors.toSet());
  }

  private DiscoveredHardware one(Resource resource, boolean hasWindows) {
    Optional<HardwareId> id = id(resource);
    if (id.isEmpty()) {
      return new DiscoveredHardware.NotImportable(
          origin(resource),
          null,
          List.of(
              switch (kind) {
                case DEVICE ->
                    "its uid '%s' is no uuid in the canonical form".formatted(uid(resource));
                case HOST ->
                    "its hypervisor '%s' is no node of Ironic, which has a uuid"
                        .formatted(uid(resource));
              }));
    }
    Hardware device =
        new Hardware(
            id.get(),
            name(resource),
            "",
            Enrollments.hardwareType(kind),
            Enrollments.properties(kind, resource, site.reservations().projectId()),
            List.of(),
            Generation.FIRST,
            false);
    Wish wish =
        worker.apply(new ReconcileContext(device, Map.of(), ReconcileContext.Cause.REQUESTED));
    List<Change> changes = PropertyDrift.between(wish, resource).changes();
    List<String> problems = problems(resource, wish, changes, hasWindows);
    return problems.isEmpty()
        ? new DiscoveredHardware.Importable(
            origin(resource),
            device.id(),
            device.name(),
            device.hardwareType(),
            device.properties(),
            Map.of(),
            changes.stream().map(ResourceDiscovery::note).toList())
        : new DiscoveredHardware.NotImportable(origin(resource), device.id(), problems);
  }

  private List<String> problems(
      Resource resource, Wish wish, List<Change> changes, boolean hasWindows) {
    List<String> problems = new ArrayList<>();
    if (hasWindows) {
      problems.add(
          "it has availability windows of an earlier enrollment, which would be ended;"
              + " ./doni migrate-from takes windows over");
    }
    if (kind == Kind.DEVICE && !wish.name().equals(resource.name())) {
      problems.add("its name is not in small letters, as that of a node is; it would be made anew");
    }
    wish.complaint().ifPresent(problems::add);
    if (wish.complaint().isEmpty()) {
      changes.stream()
          .filter(change -> change.action() == Change.Action.DELETE)
          .map(change ->
              "its %s '%s' is not what an enrollment can say, and would be removed"
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

  private Optional<HardwareId> id(Resource resource) {
    try {
      return Optional.of(HardwareId.parse(uid(resource)))
          .filter(id -> id.toString().equals(uid(resource)));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private String uid(Resource resource) {
    return switch (kind) {
      case DEVICE -> resource.properties().getOrDefault(Resource.UID, "");
      case HOST -> resource.name();
    };
  }

  private String name(Resource resource) {
    return switch (kind) {
      case DEVICE -> resource.name();
      case HOST -> resource.properties().getOrDefault(Enrollments.NODE_NAME, "");
    };
  }

  private String origin(Resource resource) {
    return "Blazar %s %s (%s)".formatted(kind.word(), resource.id(), resource.name());
  }
}

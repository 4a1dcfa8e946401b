package doni.worker.blazar;

import doni.worker.Change;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarWrite.CreateResource;
import doni.worker.blazar.BlazarWrite.DeleteResource;
import doni.worker.blazar.BlazarWrite.SetProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the desired and the observed state.
 *
 * @param stages the writes that remove it, in order; those of one stage do not depend on each other
 * @param refusedWindows the windows that cannot be leased, by the lease's name, each with the
 *     reason
 * @param changing names of leases in transition, which cannot be written
 * @param heldLeases the leases to end that Blazar cannot end while their node is missing
 * @param keepsFormer whether the resource of a former name is kept, with its leases, although it is
 *     to be replaced
 */
record BlazarDrift(
    List<List<BlazarWrite>> stages,
    Map<String, String> refusedWindows,
    Set<String> changing,
    List<BlazarLease> heldLeases,
    boolean keepsFormer) {

  BlazarDrift {
    stages = stages.stream().filter(stage -> !stage.isEmpty()).map(List::copyOf).toList();
    refusedWindows = Map.copyOf(refusedWindows);
    changing = Set.copyOf(changing);
    heldLeases = List.copyOf(heldLeases);
  }

  /**
   * @param creationRefused whether Blazar has refused in this attempt to create the resource
   */
  static BlazarDrift between(
      BlazarDesiredState desired,
      BlazarObservedState observed,
      BlazarRecordedState recorded,
      boolean creationRefused) {
    if (desired.deleted()) {
      return ofDeleted(desired, observed);
    }
    BlazarResource resource = observed.resource().orElse(null);
    if (resource != null && !desired.hasName(resource)) {
      return !creationRefused && mayReplace(desired, observed, recorded)
          ? replacing(resource, desired, observed, recorded)
          : keeping(desired, observed);
    }
    if (resource == null && !isNameFree(desired, observed, recorded)) {
      return new BlazarDrift(List.of(), Map.of(), Set.of(), List.of(), false);
    }
    LeaseDrift leases = LeaseDrift.between(desired, observed);
    return new BlazarDrift(
        List.of(
            resource == null ? creation(desired) : propertyWrites(desired, resource, recorded),
            leases.freeing(),
            leases.taking(),
            deletions(desired, observed.duplicates().stream())),
        leases.refused(),
        leases.changing(),
        leases.held(),
        false);
  }

  /** The resource of a former name stays, and so do its leases. */
  private static BlazarDrift keeping(BlazarDesiredState desired, BlazarObservedState observed) {
    LeaseDrift leases = LeaseDrift.between(desired, observed);
    return new BlazarDrift(
        List.of(leases.freeing(), leases.taking()),
        leases.refused(),
        leases.changing(),
        leases.held(),
        true);
  }

  /**
   * First the successor, and only then the end of the former resource: Blazar refuses to create a
   * resource whose node it does not know, whatever any report says.
   */
  private static BlazarDrift replacing(
      BlazarResource former,
      BlazarDesiredState desired,
      BlazarObservedState observed,
      BlazarRecordedState recorded) {
    Optional<BlazarResource> successor =
        observed.duplicates().stream().filter(desired::hasName).findFirst();
    LeaseDrift leases = LeaseDrift.between(desired, observed.withoutResource());
    return new BlazarDrift(
        List.of(
            successor
                .map(it -> propertyWrites(desired, it, recorded))
                .orElseGet(() -> creation(desired)),
            LeaseDrift.ofDeleted(desired, observed).freeing(),
            deletions(desired, Stream.of(former)),
            leases.freeing(),
            leases.taking(),
            deletions(
                desired,
                observed.duplicates().stream().filter(it -> !it.equals(successor.orElse(null))))),
        leases.refused(),
        leases.changing(),
        leases.held(),
        false);
  }

  private static List<BlazarWrite> creation(BlazarDesiredState desired) {
    return List.of(new CreateResource(desired.kind(), desired.name(), desired.properties()));
  }

  /** The resource cannot be deleted while it is reserved, by anyone. */
  private static BlazarDrift ofDeleted(BlazarDesiredState desired, BlazarObservedState observed) {
    LeaseDrift leases = LeaseDrift.ofDeleted(desired, observed);
    boolean reserved = !leases.held().isEmpty() || !observed.others().isEmpty();
    return new BlazarDrift(
        List.of(leases.freeing(), reserved ? List.of() : deletions(desired, observed.resources())),
        Map.of(),
        Set.of(),
        leases.held(),
        false);
  }

  /** Blazar refuses a name that is or was taken, and each refusal leaves a trust in Keystone. */
  private static boolean isNameFree(
      BlazarDesiredState desired, BlazarObservedState observed, BlazarRecordedState recorded) {
    return observed.namesake().isEmpty() && !recorded.isBurnt(desired);
  }

  /**
   * Returns whether the resource of a former name may be replaced. Blazar never releases the name
   * of a deleted device, so that nothing undoes it. Where no worker reports the nodes, Blazar's
   * answer to the creation decides.
   */
  private static boolean mayReplace(
      BlazarDesiredState desired, BlazarObservedState observed, BlazarRecordedState recorded) {
    return LeaseDrift.ofDeleted(desired, observed).held().isEmpty()
        && desired.problem().isEmpty()
        && desired.nodes().confirms(desired.name())
        && isNameFree(desired, observed, recorded)
        && observed.others().isEmpty();
  }

  boolean isEmpty() {
    return stages.isEmpty();
  }

  List<Change> changes() {
    return stages.stream().flatMap(List::stream).flatMap(it -> it.changes().stream()).toList();
  }

  private static List<BlazarWrite> deletions(
      BlazarDesiredState desired, Stream<BlazarResource> resources) {
    return resources.map(it -> (BlazarWrite) new DeleteResource(desired.kind(), it)).toList();
  }

  /**
   * Returns the writes that give a resource its properties. Blazar refuses a write as a whole if it
   * contains one property that it does not change. Therefore columns, which can always be changed,
   * and missing properties, which can always be added, are written separately.
   */
  static List<BlazarWrite> propertyWrites(
      BlazarDesiredState desired, BlazarResource resource, BlazarRecordedState recorded) {
    Map<String, Change> columns = new TreeMap<>();
    Map<String, Change> missing = new TreeMap<>();
    Map<String, Change> changed = new TreeMap<>();
    desired
        .properties()
        .forEach((key, wanted) -> {
          String present = resource.properties().get(key);
          if (present == null) {
            missing.put(key, new Change(Change.Action.CREATE, "property " + key, null, wanted));
          } else if (!isSame(key, wanted, present)) {
            (desired.kind().columns().contains(key) ? columns : changed)
                .put(key, Change.update("property " + key, present, wanted));
          }
        });
    for (String key : managedKeys(desired, recorded)) {
      String present = resource.properties().get(key);
      if (present != null && !desired.properties().containsKey(key)) {
        changed.put(key, new Change(Change.Action.DELETE, "property " + key, present, null));
      }
    }
    return Stream.of(columns, missing, changed)
        .filter(properties -> !properties.isEmpty())
        .map(properties -> (BlazarWrite) new SetProperties(resource.id(), properties))
        .toList();
  }

  /** Returns what was set before, and what is ours even if another client set it. */
  private static Set<String> managedKeys(BlazarDesiredState desired, BlazarRecordedState recorded) {
    Set<String> keys = new TreeSet<>(recorded.propertyKeys());
    keys.removeAll(ProjectAuthorization.KEYS);
    keys.addAll(desired.managedKeys());
    return keys;
  }

  /** Returns whether two values mean the same; null stands for an absent property. */
  static boolean isSame(String key, @Nullable String wanted, @Nullable String present) {
    if (wanted == null || present == null) {
      return wanted == null && present == null;
    }
    return key.equals(ProjectAuthorization.PROJECTS)
        ? projects(wanted).equals(projects(present))
        : wanted.equals(present);
  }

  /** Returns the ids without their order, which has no meaning. */
  private static Set<String> projects(String ids) {
    return new TreeSet<>(List.of(ids.split(",", -1)));
  }
}

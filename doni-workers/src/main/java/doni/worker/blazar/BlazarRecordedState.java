package doni.worker.blazar;

import doni.convergence.StateDetails;
import doni.worker.SharedNames;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts recorded, and what this one has to.
 *
 * @param resourceId empty also if the resource was found to be gone
 * @param leases ids by name
 * @param propertyKeys properties that were set
 * @param refusals how often a lease was found in transition, by its id
 * @param wedged ids of leases that Blazar never releases
 * @param burntName the name under which Blazar refused a creation, because a deleted resource had
 *     it
 * @param unsettled whether a resource may exist that is not recorded
 */
record BlazarRecordedState(
    Optional<String> resourceId,
    Map<String, String> leases,
    Set<String> propertyKeys,
    Map<String, Integer> refusals,
    Set<String> wedged,
    Optional<BurntName> burntName,
    boolean unsettled) {

  private static final String CREATED_AT = "resource_created_at";

  /**
   * False while Blazar's monitor finds the node not ready: the device does not respond. That is its
   * availability and no drift, because no write of this worker changes it.
   */
  private static final String RESERVABLE = "reservable";

  private static final String LEASES = "leases";
  private static final String PROPERTY_KEYS = "property_keys";
  private static final String REFUSALS = "lease_refusals";
  private static final String WEDGED = "wedged_leases";
  private static final String BURNT_NAME = "burnt_name";
  private static final String BURNT_GENERATION = "burnt_name_generation";
  private static final String UNSETTLED = "unsettled";

  BlazarRecordedState {
    leases = Map.copyOf(leases);
    propertyKeys = Set.copyOf(propertyKeys);
    refusals = Map.copyOf(refusals);
    wedged = Set.copyOf(wedged);
  }

  static BlazarRecordedState of(Map<String, Object> values) {
    StateDetails details = new StateDetails(values);
    Map<String, String> leases = new HashMap<>();
    details
        .object(LEASES)
        .forEach((name, id) -> {
          if (id instanceof String text) {
            leases.put(name, text);
          }
        });
    Map<String, Integer> refusals = new HashMap<>();
    details
        .object(REFUSALS)
        .forEach((id, count) -> {
          if (count instanceof Number number) {
            refusals.put(id, number.intValue());
          }
        });
    return new BlazarRecordedState(
        details.text(SharedNames.BLAZAR_RESOURCE_ID),
        leases,
        Set.copyOf(details.texts(PROPERTY_KEYS)),
        refusals,
        Set.copyOf(details.texts(WEDGED)),
        details
            .text(BURNT_NAME)
            .map(name -> new BurntName(name, details.number(BURNT_GENERATION).orElse(0L))),
        Boolean.TRUE.equals(details.values().get(UNSETTLED)));
  }

  /** Returns how far the device is on its way to Ready. */
  static List<Milestone> milestones(StateDetails details) {
    if (details.text(SharedNames.BLAZAR_RESOURCE_ID).isEmpty()) {
      return List.of(
          Milestone.missing(
              Step.RESERVABLE, "Blazar does not have the device yet", "wait; Doni adds it"));
    }
    return List.of(
        Boolean.FALSE.equals(details.values().get(RESERVABLE))
            ? Milestone.missing(
                Step.RESERVABLE,
                "Blazar does not offer the device, because its monitor found it not ready",
                "bring the device back; Blazar offers it again by itself. If it does not, the site's operator"
                    + " sets it to reservable")
            : Milestone.reached(Step.RESERVABLE));
  }

  /**
   * A name that Blazar does not give again.
   *
   * @param generation of the enrollment at the refusal: a person who asks again is answered again
   */
  record BurntName(String name, long generation) {}

  /** Returns whether Blazar is known to refuse a creation. */
  boolean isBurnt(BlazarDesiredState desired) {
    return burntName
        .filter(it ->
            it.name().equals(desired.name()) && it.generation() == desired.generation().value())
        .isPresent();
  }

  BlazarRecordedState withBurnt(BlazarDesiredState desired) {
    return new BlazarRecordedState(
        resourceId,
        leases,
        propertyKeys,
        refusals,
        wedged,
        Optional.of(new BurntName(desired.name(), desired.generation().value())),
        unsettled);
  }

  BlazarRecordedState withResource(String id) {
    return new BlazarRecordedState(
        Optional.of(id), leases, propertyKeys, refusals, wedged, burntName, unsettled);
  }

  BlazarRecordedState withoutResource() {
    return new BlazarRecordedState(
        Optional.empty(), leases, propertyKeys, refusals, wedged, burntName, unsettled);
  }

  BlazarRecordedState withLease(BlazarLease lease) {
    Map<String, String> more = new HashMap<>(leases);
    more.put(lease.name(), lease.id());
    return new BlazarRecordedState(
        resourceId, more, propertyKeys, refusals, wedged, burntName, unsettled);
  }

  BlazarRecordedState withoutLease(String id) {
    Map<String, String> fewer = new HashMap<>(leases);
    fewer.values().remove(id);
    return new BlazarRecordedState(
        resourceId, fewer, propertyKeys, refusals, wedged, burntName, unsettled);
  }

  BlazarRecordedState withWedged(String leaseId) {
    Set<String> more = new HashSet<>(wedged);
    more.add(leaseId);
    return new BlazarRecordedState(
        resourceId, leases, propertyKeys, refusals, more, burntName, unsettled);
  }

  /**
   * Returns the details of a resource that exists.
   *
   * @param busy how often a lease was found in transition, by its id
   */
  Map<String, @Nullable Object> report(
      BlazarDesiredState desired,
      BlazarObservedState seen,
      BlazarResource resource,
      WriteRefusals refusals,
      Map<String, String> refusedWindows,
      Map<String, Integer> busy) {
    // A key that could not be removed is still ours.
    Set<String> keys = new TreeSet<>(desired.properties().keySet());
    keys.addAll(refusals.propertyKeys());
    return leases(seen, refusedWindows, busy)
        .putAll(desired.notes())
        .put(SharedNames.BLAZAR_RESOURCE_ID, resource.id())
        .put(SharedNames.USER_LEASES, UserLeases.of(resource.id(), seen.others()))
        .put(CREATED_AT, resource.createdAt())
        .put(RESERVABLE, resource.reservable())
        .put(PROPERTY_KEYS, keys)
        .put("refused_properties", refusals.propertyKeys())
        .put(BURNT_NAME, null)
        .put(BURNT_GENERATION, null)
        .put(UNSETTLED, (unsettled && !seen.duplicates().isEmpty()) ? true : null)
        .build();
  }

  /**
   * Returns the details of a resource that still has a former name: only what an attempt changes of
   * it.
   */
  Map<String, @Nullable Object> formerReport(
      BlazarResource former,
      BlazarObservedState seen,
      Map<String, String> refusedWindows,
      Map<String, Integer> busy) {
    return leases(seen, refusedWindows, busy)
        .put(SharedNames.BLAZAR_RESOURCE_ID, former.id())
        .put(SharedNames.USER_LEASES, UserLeases.of(former.id(), seen.others()))
        .put(CREATED_AT, former.createdAt())
        .put(BURNT_NAME, burntName.map(BurntName::name))
        .put(BURNT_GENERATION, burntName.map(BurntName::generation))
        .build();
  }

  /**
   * Returns the details of a resource that is to be deleted. The id of one that is gone must not
   * stay: the k8s worker keeps the Node of a device that Blazar still has.
   */
  Map<String, @Nullable Object> leaseReport(BlazarObservedState seen, Map<String, Integer> busy) {
    StateDetails.Builder details = leases(seen, Map.of(), busy);
    return seen.resource().isPresent() ? details.build() : withoutResource(details).build();
  }

  private static StateDetails.Builder withoutResource(StateDetails.Builder details) {
    return details
        .put(SharedNames.BLAZAR_RESOURCE_ID, null)
        .put(SharedNames.USER_LEASES, null)
        .put(CREATED_AT, null)
        .put(RESERVABLE, null);
  }

  /** Returns what an attempt that wrote nothing has to record: that the resource is gone. */
  static Map<String, @Nullable Object> goneReport() {
    return withoutResource(StateDetails.report()).build();
  }

  private StateDetails.Builder leases(
      BlazarObservedState seen, Map<String, String> refusedWindows, Map<String, Integer> busy) {
    Map<String, String> ids = new TreeMap<>();
    seen.leases().stream()
        .sorted(LeaseDrift.OLDEST_FIRST)
        .forEach(lease -> ids.putIfAbsent(lease.name(), lease.id()));
    return StateDetails.report()
        .put(LEASES, ids)
        .put(REFUSALS, new TreeMap<>(busy))
        .put(WEDGED, new TreeSet<>(wedged))
        .put("refused_windows", new TreeMap<>(refusedWindows));
  }

  /** Returns the details while there is no resource. */
  Map<String, @Nullable Object> absentReport(
      BlazarDesiredState desired, BlazarObservedState seen, Map<String, Integer> busy) {
    return withoutResource(leases(seen, Map.of(), busy).putAll(desired.notes()))
        .put(BURNT_NAME, burntName.map(BurntName::name))
        .put(BURNT_GENERATION, burntName.map(BurntName::generation))
        .put(UNSETTLED, null)
        .build();
  }

  /** Returns the details with what an attempt may have written whose claim was lost. */
  Map<String, @Nullable Object> reportWith(BlazarRecordedState lost, Set<String> keys) {
    Set<String> all = new TreeSet<>(propertyKeys);
    all.addAll(lost.propertyKeys);
    all.addAll(keys);
    return StateDetails.report().put(PROPERTY_KEYS, all).put(UNSETTLED, true).build();
  }

  /** Returns what later attempts need to undo the writes of one that failed. */
  Map<String, @Nullable Object> unfinishedReport(BlazarDesiredState desired) {
    Set<String> keys = new TreeSet<>(propertyKeys);
    keys.addAll(desired.properties().keySet());
    return StateDetails.report()
        .put(PROPERTY_KEYS, keys)
        .put(SharedNames.BLAZAR_RESOURCE_ID, resourceId)
        .put(LEASES, new TreeMap<>(leases))
        .put(WEDGED, new TreeSet<>(wedged))
        .build();
  }
}

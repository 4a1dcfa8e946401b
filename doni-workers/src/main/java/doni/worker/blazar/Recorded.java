package doni.worker.blazar;

import doni.worker.ReconcileContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What earlier attempts reported.
 *
 * @param resourceId empty as well when it was found to be gone
 * @param leases by name
 * @param propertyKeys that were wanted then
 * @param refusals how often Blazar was found at work on a lease, by the lease's id
 * @param wedged leases that Blazar never lets go of
 */
record Recorded(
    Optional<String> resourceId,
    Map<String, String> leases,
    Set<String> propertyKeys,
    Map<String, Integer> refusals,
    Set<String> wedged) {

  /** Clients know the first two. */
  static final String RESOURCE_ID = "blazar_resource_id";

  static final String CREATED_AT = "resource_created_at";
  static final String LEASES = "leases";
  static final String PROPERTY_KEYS = "property_keys";
  static final String REFUSALS = "lease_refusals";
  static final String WEDGED = "wedged_leases";

  Recorded {
    leases = Map.copyOf(leases);
    propertyKeys = Set.copyOf(propertyKeys);
    refusals = Map.copyOf(refusals);
    wedged = Set.copyOf(wedged);
  }

  static Recorded of(ReconcileContext attempt) {
    Map<String, String> leases = new HashMap<>();
    if (attempt.details().get(LEASES) instanceof Map<?, ?> map) {
      map.forEach((name, id) -> leases.put(String.valueOf(name), String.valueOf(id)));
    }
    Map<String, Integer> refusals = new HashMap<>();
    if (attempt.details().get(REFUSALS) instanceof Map<?, ?> map) {
      map.forEach((id, count) -> {
        if (count instanceof Number number) {
          refusals.put(String.valueOf(id), number.intValue());
        }
      });
    }
    return new Recorded(
        attempt.detail(RESOURCE_ID),
        leases,
        texts(attempt, PROPERTY_KEYS),
        refusals,
        texts(attempt, WEDGED));
  }

  private static Set<String> texts(ReconcileContext attempt, String key) {
    Set<String> texts = new TreeSet<>();
    if (attempt.details().get(key) instanceof List<?> list) {
      list.forEach(entry -> texts.add(String.valueOf(entry)));
    }
    return texts;
  }
}

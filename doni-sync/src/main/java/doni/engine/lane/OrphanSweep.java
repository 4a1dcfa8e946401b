package doni.engine.lane;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.worker.SiteListing.MarkedObject;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds objects in a backend that carry the mark of a device which is gone, in the listings that
 * {@link SiteComparison} makes. Reports them once, and under the drift mode {@code enforce} has
 * those removed, as leftovers, that only this service can have left.
 */
final class OrphanSweep {

  private static final Logger LOG = LoggerFactory.getLogger(OrphanSweep.class);

  private final OrphanStore orphans;
  private final Function<String, ResyncPolicy> policies;

  /**
   * @param policies by the type of a worker
   */
  OrphanSweep(OrphanStore orphans, Function<String, ResyncPolicy> policies) {
    this.orphans = orphans;
    this.policies = policies;
  }

  /**
   * @param listed all objects of a listing that carry a mark
   */
  void sweep(String workerType, List<MarkedObject> listed) {
    orphans.record(workerType, listed);
    for (String object : orphans.find(workerType)) {
      LOG.warn("Orphan in {}: {} belongs to no device any more", workerType, object);
    }
    if (policies.apply(workerType).drift() == DriftMode.ENFORCE) {
      List<String> removable =
          listed.stream().filter(MarkedObject::removable).map(MarkedObject::object).toList();
      for (String object : orphans.remove(workerType, removable)) {
        LOG.info("Removing orphan {} from {} as a leftover", object, workerType);
      }
    }
  }
}

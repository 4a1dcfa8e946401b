package doni.worker.blazar;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import doni.worker.blazar.Refusal.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings one piece of hardware in Blazar to what is wanted: first what can be reserved, then the
 * leases of its windows; of a deleted one first the leases, then the rest.
 */
final class BlazarPlan implements ReconcilePlan {

  /** How long Blazar takes to bring a lease from one state to the next, and some more. */
  private static final Duration TRANSITION = Duration.ofSeconds(15);

  /** A lease that is refused costs Keystone a trust that is never deleted. */
  private static final Duration REFUSED = Duration.ofMinutes(10);

  private final Site site;
  private final Wish wish;
  private final Recorded recorded;
  private final Observer observer;
  private final Observed observed;
  private final boolean afresh;

  /**
   * @param afresh whether the observation is of this moment, not from listings
   */
  BlazarPlan(
      Site site,
      Wish wish,
      Recorded recorded,
      Observer observer,
      Observed observed,
      boolean afresh) {
    this.site = site;
    this.wish = wish;
    this.recorded = recorded;
    this.observer = observer;
    this.observed = observed;
    this.afresh = afresh;
  }

  @Override
  public List<Change> changes() {
    if (wish.deleted()) {
      return Stream.concat(
              ends(observed).stream().flatMap(step -> step.changes().stream()),
              resources(observed).map(r -> Change.delete(wish.kind().word() + " " + r.name())))
          .toList();
    }
    List<Change> changes = new ArrayList<>();
    Resource resource = observed.resource().orElse(null);
    if (resource == null) {
      changes.add(Change.create(wish.kind().word() + " " + wish.name()));
    } else if (isOfAnotherName(resource)) {
      ends(observed).forEach(step -> changes.addAll(step.changes()));
      changes.add(Change.delete(wish.kind().word() + " " + resource.name()));
      changes.add(Change.create(wish.kind().word() + " " + wish.name()));
    } else {
      changes.addAll(PropertyDrift.between(wish, resource).changes());
    }
    observed
        .duplicates()
        .forEach(r -> changes.add(Change.delete(wish.kind().word() + " " + r.id())));
    boolean anew = resource != null && isOfAnotherName(resource);
    changes.addAll(LeaseDrift.between(wish, anew ? withoutResource(observed) : observed).changes());
    return changes;
  }

  private static Observed withoutResource(Observed seen) {
    return new Observed(Optional.empty(), seen.duplicates(), List.of(), List.of(), seen.at());
  }

  /** What is missing before it can be created, or created anew. */
  @Override
  public Optional<Outcome> conclusion() {
    boolean there = observed.resource().filter(resource -> !isOfAnotherName(resource)).isPresent();
    if (wish.deleted() || there) {
      return Optional.empty();
    }
    if (observed.resource().isPresent()) {
      return waitsForItsNode(observed.resource().get());
    }
    return new ResourceWork(site, wish).obstacle();
  }

  @Override
  public Outcome apply() {
    if (wish.deleted()) {
      return withdrawn(observed);
    }
    boolean settled = changes().isEmpty() && LeaseDrift.between(wish, observed).isEmpty();
    return served(settled || afresh ? observed : observer.look());
  }

  private Outcome served(Observed seen) {
    ResourceWork work = new ResourceWork(site, wish);
    Resource old = seen.resource().orElse(null);
    Observed present = seen;
    if (old != null && isOfAnotherName(old)) {
      Optional<Outcome> stopped = letGo(work, seen, old);
      if (stopped.isPresent()) {
        return stopped.get();
      }
      present = withoutResource(seen);
      old = null;
    }
    return switch (old == null ? work.create() : work.bring(old)) {
      case ResourceWork.Result.Stopped(Outcome outcome) -> outcome;
      case ResourceWork.Result.There(Resource resource) ->
          available(work, present, resource, seen.duplicates());
    };
  }

  private Outcome available(
      ResourceWork work, Observed seen, Resource resource, List<Resource> duplicates) {
    Observed present =
        new Observed(Optional.of(resource), List.of(), seen.leases(), seen.others(), site.now());
    LeaseReport report =
        new LeaseWork(site, wish, recorded, present).carryOut(LeaseDrift.between(wish, present));
    Map<String, @Nullable Object> details = details(work, report, resource);
    for (Resource duplicate : duplicates) {
      Optional<Outcome> stopped = work.delete(duplicate, List.of());
      if (stopped.isPresent()) {
        return with(stopped.get(), details);
      }
    }
    List<Change> changes = new ArrayList<>(work.changes());
    changes.addAll(report.changes());
    return hindrance(work, report, details).orElseGet(() -> new Outcome.Synced(details, changes));
  }

  /** What of it is not as wanted, the worst first. */
  private Optional<Outcome> hindrance(
      ResourceWork work, LeaseReport report, Map<String, @Nullable Object> details) {
    if (report.failure().isPresent()) {
      return report.failure().map(refusal -> failed(refusal, details));
    }
    if (wish.complaint().isPresent()) {
      return wish.complaint().map(text -> new Outcome.Failed(text, false, null, details));
    }
    if (report.soon()) {
      return Optional.of(new Outcome.Deferred("Blazar is at work on a lease", TRANSITION, details));
    }
    if (!report.refused().isEmpty()) {
      return Optional.of(new Outcome.Deferred(refusedWindows(report), REFUSED, details));
    }
    return work.refusal(details).map(Outcome.class::cast);
  }

  private static String refusedWindows(LeaseReport report) {
    List<String> texts = new ArrayList<>();
    report
        .refused()
        .forEach((name, why) ->
            texts.add(
                "window %s cannot be leased: %s"
                    .formatted(name.substring(Wish.LEASE_PREFIX.length()), why)));
    return String.join("; ", texts);
  }

  private static Outcome failed(Refusal refusal, Map<String, @Nullable Object> details) {
    return new Outcome.Failed(
        String.valueOf(refusal.exception().getMessage()),
        !refusal.is(Reason.NOT_SERVED),
        null,
        details);
  }

  /** A device of another node is another device. */
  private Optional<Outcome> letGo(ResourceWork work, Observed seen, Resource old) {
    Optional<Outcome> waits = waitsForItsNode(old);
    if (waits.isPresent()) {
      return waits;
    }
    LeaseReport report =
        new LeaseWork(site, wish, recorded, seen).carryOut(new LeaseDrift(ends(seen), List.of()));
    return unsettled(report).or(() -> work.delete(old, seen.others()));
  }

  private Optional<Outcome> waitsForItsNode(Resource old) {
    return wish.complaint().isPresent() || wish.underlying() == Wish.Underlying.MISSING
        ? Optional.of(
            new Outcome.Deferred(
                "waits for node %s before it gives up device %s".formatted(wish.name(), old.name()),
                null,
                Map.of()))
        : Optional.empty();
  }

  private Outcome withdrawn(Observed seen) {
    ResourceWork work = new ResourceWork(site, wish);
    LeaseReport report =
        new LeaseWork(site, wish, recorded, seen).carryOut(new LeaseDrift(ends(seen), List.of()));
    Optional<Outcome> unsettled = unsettled(report);
    if (unsettled.isPresent()) {
      return unsettled.get();
    }
    for (Resource resource : resources(seen).toList()) {
      Optional<Outcome> stopped = work.delete(resource, seen.others());
      if (stopped.isPresent()) {
        return with(stopped.get(), told(report));
      }
    }
    List<Change> changes = new ArrayList<>(report.changes());
    changes.addAll(work.changes());
    return new Outcome.Gone(changes);
  }

  private Optional<Outcome> unsettled(LeaseReport report) {
    Map<String, @Nullable Object> details = told(report);
    if (report.failure().isPresent()) {
      return report.failure().map(refusal -> failed(refusal, details));
    }
    return report.soon()
        ? Optional.of(new Outcome.Deferred("Blazar is at work on a lease", TRANSITION, details))
        : Optional.empty();
  }

  private static Map<String, @Nullable Object> told(LeaseReport report) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    report.tell(details);
    return details;
  }

  private Map<String, @Nullable Object> details(
      ResourceWork work, LeaseReport report, Resource resource) {
    Map<String, @Nullable Object> details = told(report);
    details.putAll(wish.notes());
    details.put(Recorded.RESOURCE_ID, resource.id());
    details.put(Recorded.CREATED_AT, resource.createdAt());
    // A key that could not be taken away is still ours.
    TreeSet<String> keys = new TreeSet<>(wish.properties().keySet());
    keys.addAll(work.refusedKeys());
    details.put(Recorded.PROPERTY_KEYS, List.copyOf(keys));
    details.put(
        "refused_properties",
        work.refusedKeys().isEmpty() ? null : List.copyOf(work.refusedKeys()));
    return details;
  }

  private static Outcome with(Outcome outcome, Map<String, @Nullable Object> details) {
    return outcome instanceof Outcome.Deferred ? outcome.withDetails(details) : outcome;
  }

  private static List<LeaseStep> ends(Observed seen) {
    return seen.leases().stream().map(lease -> (LeaseStep) new LeaseStep.End(lease)).toList();
  }

  private static Stream<Resource> resources(Observed seen) {
    return Stream.concat(seen.resource().stream(), seen.duplicates().stream());
  }

  private boolean isOfAnotherName(Resource resource) {
    return !resource.name().equalsIgnoreCase(wish.name());
  }
}

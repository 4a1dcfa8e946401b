package doni.worker.blazar;

import doni.worker.blazar.LeaseStep.End;
import doni.worker.blazar.LeaseStep.Grant;
import doni.worker.blazar.LeaseStep.Impossible;
import doni.worker.blazar.LeaseStep.Move;
import doni.worker.blazar.LeaseStep.Replace;
import doni.worker.blazar.LeaseStep.Wait;
import doni.worker.blazar.Refusal.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out what is to be done about leases; what does not work does not stop the rest. */
final class LeaseWork {

  /** A time for which the resource is taken. */
  private record Taken(String leaseId, boolean ours, Instant from, Instant to) {}

  private final Site site;
  private final Wish wish;
  private final Observed observed;
  private final LeaseReport report;
  private final List<Taken> taken = new ArrayList<>();

  LeaseWork(Site site, Wish wish, Recorded recorded, Observed observed) {
    this.site = site;
    this.wish = wish;
    this.observed = observed;
    this.report = new LeaseReport(recorded);
    observed.others().forEach(b -> taken.add(new Taken(b.leaseId(), false, b.start(), b.end())));
    observed.leases().stream()
        .filter(lease -> !lease.state().isOver())
        .forEach(lease -> take(lease.id(), lease.start(), lease.end()));
  }

  LeaseReport carryOut(LeaseDrift drift) {
    drift.kept().forEach(report::holds);
    drift.steps().forEach(this::carryOut);
    return report;
  }

  private void carryOut(LeaseStep step) {
    switch (step) {
      case End end -> end(end);
      case Grant grant -> grant(grant);
      case Replace(End end, Grant grant) -> {
        if (end(end)) {
          grant(grant);
        }
      }
      case Move move -> move(move);
      case Wait _ -> {
        keep(step.name());
        report.lookAgainSoon();
      }
      case Impossible(String name, String why) -> {
        keep(name);
        report.refused(name, why);
      }
    }
  }

  /** Whether it is gone. */
  private boolean end(End step) {
    Lease lease = step.lease();
    Optional<Refusal> refusal = write(() -> site.reservations().end(lease.id()));
    if (refusal.filter(r -> r.is(Reason.UNKNOWN)).isPresent()
        && site.reservations().lease(lease.id()).isPresent()) {
      // A lease to come whose node is missing takes two: the first one is answered with 500.
      refusal = write(() -> site.reservations().end(lease.id()));
    } else if (refusal.filter(r -> r.is(Reason.UNKNOWN)).isPresent()) {
      refusal = Optional.empty();
    }
    if (refusal.isEmpty()) {
      site.archive().isGone(lease.id());
      taken.removeIf(t -> t.leaseId().equals(lease.id()));
      report.changed(step.changes());
      return true;
    }
    if (refusal.get().is(Reason.AT_WORK)) {
      return report.atWork(lease);
    }
    report.holds(lease);
    report.failed(refusal.get());
    return false;
  }

  private void grant(Grant step) {
    LeaseWish lease = step.wish();
    @Nullable String obstacle =
        observed.resource().filter(resource -> !resource.reservable()).isPresent()
            ? "Blazar holds the %s for not reservable at the moment".formatted(wish.kind().word())
            : obstacle(lease.start().from(site.now()), lease.end(), "");
    if (obstacle != null) {
      report.refused(step.name(), obstacle);
      return;
    }
    Reply<Lease> reply = write(() -> site.reservations().grant(lease));
    if (reply instanceof Reply.Refused<Lease>(Refusal refusal)
        && refusal.is(Reason.TOO_LATE)
        && lease.start() instanceof Start.At) {
      LeaseWish atOnce =
          new LeaseWish(lease.kind(), lease.name(), lease.uid(), new Start.Now(), lease.end());
      reply = write(() -> site.reservations().grant(atOnce));
    }
    switch (reply) {
      case Reply.Done<Lease>(Lease made) -> {
        report.holds(made);
        report.changed(step.changes());
        take(made.id(), made.start(), made.end());
      }
      case Reply.Refused<Lease>(Refusal refusal) -> notGranted(step, refusal);
    }
  }

  /** A lease that was made all the same shows among the bookings. */
  private void notGranted(Grant step, Refusal refusal) {
    Optional<Booking> there =
        site.bookings(wish.kind()).fresh().stream()
            .filter(booking -> booking.leaseName().equals(step.name()))
            .filter(booking -> booking.projectId().equals(site.reservations().projectId()))
            .findFirst();
    if (there.isPresent()) {
      site.reservations().lease(there.get().leaseId()).ifPresent(report::holds);
      report.changed(step.changes());
      report.lookAgainSoon();
      return;
    }
    switch (refusal.reason()) {
      case NOT_GRANTED -> report.refused(step.name(), refusal.text());
      case TOO_LATE -> report.lookAgainSoon();
      default -> report.failed(refusal);
    }
  }

  private void move(Move step) {
    Lease lease = step.lease();
    report.holds(lease);
    @Nullable String obstacle = step.grows() ? obstacle(step.from(), step.to(), lease.id()) : null;
    if (obstacle != null) {
      report.refused(step.name(), obstacle);
      return;
    }
    switch (write(() -> site.reservations().move(lease.id(), step.dates()))) {
      case Reply.Done<Lease>(Lease moved) -> moved(step, moved);
      case Reply.Refused<Lease>(Refusal refusal) -> notMoved(step, refusal);
    }
  }

  private void moved(Move step, Lease moved) {
    if (!moved.end().equals(step.to())) {
      report.lookAgainSoon();
    }
    taken.removeIf(t -> t.leaseId().equals(moved.id()));
    take(moved.id(), moved.start(), moved.end());
    report.changed(step.changes());
  }

  private void notMoved(Move step, Refusal refusal) {
    switch (refusal.reason()) {
      case NOT_GRANTED -> report.refused(step.name(), refusal.text());
      case AT_WORK -> report.atWork(step.lease());
      case GONE, TOO_LATE -> report.lookAgainSoon();
      default ->
          site.reservations()
              .lease(step.lease().id())
              .filter(lease -> lease.end().equals(step.to()))
              .filter(lease -> step.dates().start() == null || lease.start().equals(step.from()))
              .ifPresentOrElse(lease -> moved(step, lease), () -> report.failed(refusal));
    }
  }

  /** Why the resource cannot be had then, as far as that shows beforehand. */
  private @Nullable String obstacle(Instant from, Instant to, String ownId) {
    return taken.stream()
        .filter(t -> !t.leaseId().equals(ownId) && t.from().isBefore(to) && from.isBefore(t.to()))
        .findFirst()
        .map(t ->
            "reserved by %s from %s to %s"
                .formatted(t.ours() ? "another window" : "somebody else's lease", t.from(), t.to()))
        .orElse(null);
  }

  private void take(String leaseId, Instant from, Instant to) {
    taken.add(new Taken(leaseId, true, from, to));
  }

  private void keep(String name) {
    observed.leases().stream()
        .filter(lease -> lease.name().equals(name) && !lease.state().isOver())
        .findFirst()
        .ifPresent(report::holds);
  }

  private <T> T write(Supplier<T> write) {
    try {
      return site.gate().write(wish.uid(), write);
    } finally {
      site.bookings(wish.kind()).forget();
    }
  }
}

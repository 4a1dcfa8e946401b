package doni.worker.blazar;

import doni.worker.Change;
import java.time.Instant;
import java.util.List;

/** One thing to do about a lease. */
sealed interface LeaseStep {

  /** The lease's name. */
  String name();

  List<Change> changes();

  /** It is deleted. */
  record End(Lease lease) implements LeaseStep {
    @Override
    public String name() {
      return lease.name();
    }

    @Override
    public List<Change> changes() {
      return List.of(Change.delete("lease " + lease.name()));
    }
  }

  /** It is made. */
  record Grant(LeaseWish wish) implements LeaseStep {
    @Override
    public String name() {
      return wish.name();
    }

    @Override
    public List<Change> changes() {
      return List.of(Change.create("lease " + wish.name()));
    }
  }

  /** It is deleted, and when that is done made anew. */
  record Replace(End end, Grant grant) implements LeaseStep {
    @Override
    public String name() {
      return grant.name();
    }

    @Override
    public List<Change> changes() {
      return List.of(end.changes().getFirst(), grant.changes().getFirst());
    }
  }

  /**
   * Its time changes.
   *
   * @param from when it will begin then
   * @param to when it will end then
   */
  record Move(Lease lease, Dates dates, Instant from, Instant to) implements LeaseStep {
    @Override
    public String name() {
      return lease.name();
    }

    /** Whether it then takes time that it does not have yet. */
    boolean grows() {
      return from.isBefore(lease.start()) || to.isAfter(lease.end());
    }

    @Override
    public List<Change> changes() {
      return List.of(
          Change.update(
              "lease " + lease.name(), lease.start() + " to " + lease.end(), from + " to " + to));
    }
  }

  /** Nothing can be done while Blazar is at work on it. */
  record Wait(String name) implements LeaseStep {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }

  /** Nothing can be done, and waiting does not help. */
  record Impossible(String name, String why) implements LeaseStep {
    @Override
    public List<Change> changes() {
      return List.of();
    }
  }
}

package doni.worker.tunelo;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Removes all channels of a deleted device: those on record, and any with one of its keys that were
 * made and never recorded.
 */
final class Cleanup implements ReconcilePlan {

  private final Removal removal;
  private final Report report;
  private final List<String> uuids;
  private final Optional<String> unreadable;

  private Cleanup(Removal removal, Report report, Set<String> uuids, Optional<String> unreadable) {
    this.removal = removal;
    this.report = report;
    this.uuids = List.copyOf(uuids);
    this.unreadable = unreadable;
  }

  static ReconcilePlan of(
      Means means, Sight sight, Recorded recorded, Removal removal, Report report) {
    // A device that never had a key never had a channel.
    if (removal.ownKeys().isEmpty() && recorded.uuids().isEmpty()) {
      return ReconcilePlan.settled(new Outcome.Gone(List.of()));
    }
    Optional<String> unreadable = sight.unreadable();
    if (unreadable.isPresent()) {
      return new Cleanup(removal, report, recorded.uuids(), unreadable);
    }
    Set<String> uuids = new LinkedHashSet<>();
    recorded.uuids().stream().filter(sight::isListed).forEach(uuids::add);
    for (String key : removal.ownKeys()) {
      List<Channel> withKey =
          sight.withKey(key).stream().filter(channel -> !uuids.contains(channel.uuid())).toList();
      if (!withKey.isEmpty() && !means.claims().isElsewhere(sight.device(), key)) {
        withKey.forEach(channel -> uuids.add(channel.uuid()));
      }
    }
    return new Cleanup(removal, report, uuids, unreadable);
  }

  @Override
  public List<Change> changes() {
    return uuids.stream().map(Step::deleted).toList();
  }

  @Override
  public Outcome apply() {
    uuids.forEach(this::remove);
    return unreadable
        .<Outcome>map(reason ->
            new Outcome.Deferred(
                "Tunelo cannot list its channels (%s), and one may have been made that was never recorded"
                    .formatted(reason),
                null,
                report.details()))
        .map(outcome -> outcome.withChanges(report.changes()))
        .orElseGet(() -> new Outcome.Gone(report.changes()));
  }

  @Override
  public List<Change> written() {
    return report.changes();
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return report.unfinishedDetails();
  }

  private void remove(String uuid) {
    if (removal.remove(uuid)) {
      report.deleted(uuid);
    } else {
      report.forgotten(uuid);
    }
  }
}

package doni.worker.tunelo;

import doni.backend.BackendException;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does the steps of a {@link Difference}, each after another look at what it is about. */
final class TuneloPlan implements ReconcilePlan {

  /** Longer than a creation may take that somebody else has under way. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Means means;
  private final Sight sight;
  private final Removal removal;
  private final List<Step> steps;
  private final Set<String> formerKeys;
  private final Report report;

  /**
   * @param formerKeys keys of which nothing is left once all steps are done
   */
  TuneloPlan(
      Means means,
      Sight sight,
      Removal removal,
      List<Step> steps,
      Set<String> formerKeys,
      Report report) {
    this.means = means;
    this.sight = sight;
    this.removal = removal;
    this.steps = List.copyOf(steps);
    this.formerKeys = Set.copyOf(formerKeys);
    this.report = report;
  }

  @Override
  public List<Change> changes() {
    return steps.stream().filter(this::writes).flatMap(step -> step.changes().stream()).toList();
  }

  /** What is recorded but gone already is only forgotten. */
  private boolean writes(Step step) {
    return !(step instanceof Step.Remove(String uuid))
        || sight.unreadable().isPresent()
        || sight.isListed(uuid);
  }

  @Override
  public Outcome apply() {
    steps.forEach(this::apply);
    if (!formerKeys.isEmpty() && sight.unreadable().isEmpty()) {
      formerKeys.forEach(report::dropped);
    }
    return report.outcome().withChanges(report.changes());
  }

  @Override
  public List<Change> written() {
    return report.changes();
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return report.unfinishedDetails();
  }

  private void apply(Step step) {
    switch (step) {
      case Step.Keep(ChannelWish wish, Channel channel) -> report.settled(wish, channel);
      case Step.Create(ChannelWish wish) -> create(wish);
      case Step.Replace(ChannelWish wish, Channel former, boolean hubLost) ->
          replace(wish, former, hubLost);
      case Step.Remove(String uuid) -> remove(uuid);
      case Step.Postpone(ChannelWish wish, Wait wait) -> report.postponed(wish.name(), wait);
      case Step.Refuse(String name, String reason) -> report.refused(name, reason);
    }
  }

  private void replace(ChannelWish wish, Channel former, boolean hubLost) {
    if (hubLost && !means.brake().admits(former.uuid())) {
      report.stillLost(
          wish, former, means.brake().reason().orElse("the channel has no hub any more"));
      return;
    }
    // What cannot be made again at once is not deleted.
    if (sight.unreadable().isPresent()) {
      report.postponed(wish.name(), unreadable());
      return;
    }
    Optional<Channel> found = means.channels().find(former.uuid());
    boolean isWell =
        found
            .filter(channel -> channel.serves(wish))
            .filter(channel -> !hubLost || channel.hub() != Channel.Hub.LOST)
            .isPresent();
    if (isWell) {
      report.settled(wish, found.get());
      return;
    }
    if (found.isPresent() && removal.remove(found.get())) {
      report.deleted(former.uuid());
    } else {
      report.forgotten(former.uuid());
    }
    create(wish);
  }

  private void remove(String uuid) {
    if (removal.remove(uuid)) {
      report.deleted(uuid);
    } else {
      report.forgotten(uuid);
    }
  }

  /** Or adopts what was made meanwhile, by a call whose answer was lost. */
  private void create(ChannelWish wish) {
    if (sight.unreadable().isPresent()) {
      report.postponed(wish.name(), unreadable());
      return;
    }
    Optional<Channel> there =
        sight.withKey(wish.publicKey()).stream()
            .filter(channel -> channel.serves(wish))
            .findFirst();
    if (there.isPresent()) {
      report.settled(wish, there.get());
      return;
    }
    switch (post(wish)) {
      case Channels.Created.Made(Channel channel) -> report.made(wish, channel);
      case Channels.Created.NotReady(String reason) ->
          report.postponed(wish.name(), new Wait("Tunelo's network is not ready: " + reason, null));
    }
  }

  /**
   * One at a time in a project: creations at the same time that find no hub make one each, and
   * devices on different hubs cannot reach one another.
   */
  private Channels.Created post(ChannelWish wish) {
    try {
      return means
          .lock()
          .runLocked(
              "tunelo/" + means.channels().project(),
              PATIENCE,
              () -> means.channels().create(wish));
    } catch (BackendException e) {
      throw report.notMade(wish, e);
    }
  }

  private Wait unreadable() {
    return new Wait(
        "nothing is created while Tunelo cannot list its channels (%s)"
            .formatted(sight.unreadable().orElse("")),
        null);
  }
}

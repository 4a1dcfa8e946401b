package doni.worker.tunelo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Works out what is to be done for a device. Reads only. */
final class Difference {

  private final Means means;
  private final Sight sight;
  private final Wishes wishes;
  private final Recorded recorded;
  private final Set<String> ownKeys;
  private final Set<String> spokenFor = new LinkedHashSet<>();
  private final List<Step> steps = new ArrayList<>();

  Difference(Means means, Sight sight, Wishes wishes, Recorded recorded, Set<String> ownKeys) {
    this.means = means;
    this.sight = sight;
    this.wishes = wishes;
    this.recorded = recorded;
    this.ownKeys = ownKeys;
  }

  /** In the order in which they are to be done. */
  List<Step> steps() {
    // What is refused keeps what it has: its owner is asked to change something first.
    wishes.refused().keySet().forEach(name -> recorded.uuid(name).ifPresent(spokenFor::add));
    wishes.refused().forEach((name, reason) -> steps.add(new Step.Refuse(name, reason)));
    wishes.wanted().forEach(wish -> steps.add(step(wish)));
    List<Step> removals = new ArrayList<>();
    recorded.uuids().stream()
        .filter(uuid -> !spokenFor.contains(uuid))
        .forEach(uuid -> removals.add(new Step.Remove(uuid)));
    abandoned().forEach(uuid -> removals.add(new Step.Remove(uuid)));
    removals.addAll(steps);
    return removals;
  }

  private Step step(ChannelWish wish) {
    Optional<String> uuid = recorded.uuid(wish.name());
    Optional<Channel> channel = uuid.flatMap(sight::recorded);
    if (channel.isEmpty()) {
      return byKey(wish);
    }
    Channel own = channel.get();
    spokenFor.add(own.uuid());
    if (own.serves(wish)) {
      return serving(wish, own);
    }
    // A channel that is not ours must have got on record by accident: it is left alone.
    if (!ownKeys.contains(own.publicKey())) {
      return byKey(wish);
    }
    return obstacle(wish).orElseGet(() -> new Step.Replace(wish, own, false));
  }

  private Step serving(ChannelWish wish, Channel own) {
    for (Channel twin : sight.twins(own)) {
      if (Channel.BEST_FIRST.compare(own, twin) > 0 && own.hub() == Channel.Hub.LOST) {
        // A stalled replica made another one, and that one has a hub.
        spokenFor.remove(own.uuid());
        return byKey(wish);
      }
      removeTwin(twin);
    }
    if (own.hub() != Channel.Hub.LOST) {
      return new Step.Keep(wish, own);
    }
    means.brake().noticed(own.uuid());
    Instant since = recorded.hubLostSince().getOrDefault(own.uuid(), sight.begun());
    boolean lasts = !since.plus(Report.HUB_LOST_FOR).isAfter(sight.begun());
    return lasts ? new Step.Replace(wish, own, true) : new Step.Keep(wish, own);
  }

  private Step byKey(ChannelWish wish) {
    Optional<String> unreadable = sight.unreadable();
    if (unreadable.isPresent()) {
      return new Step.Postpone(
          wish,
          new Wait(
              "nothing is created while Tunelo cannot list its channels (" + unreadable.get() + ")",
              null));
    }
    return obstacle(wish).orElseGet(() -> found(wish, sight.withKey(wish.publicKey())));
  }

  private Step found(ChannelWish wish, List<Channel> withKey) {
    List<Channel> serving = withKey.stream().filter(channel -> channel.serves(wish)).toList();
    if (serving.isEmpty()) {
      return new Step.Create(wish);
    }
    serving.stream().skip(1).forEach(this::removeTwin);
    Channel best = serving.getFirst();
    spokenFor.add(best.uuid());
    return new Step.Keep(wish, best);
  }

  private void removeTwin(Channel twin) {
    boolean ours = !means.claims().isElsewhere(sight.device(), twin.publicKey());
    if (ours && spokenFor.add(twin.uuid())) {
      steps.add(new Step.Remove(twin.uuid()));
    }
  }

  private Optional<Step> obstacle(ChannelWish wish) {
    return means
        .claims()
        .obstacle(sight.device(), wish.publicKey())
        .map(obstacle ->
            switch (obstacle) {
              case Claims.Obstacle.Taken(String reason) -> new Step.Refuse(wish.name(), reason);
              case Claims.Obstacle.Leaving(Wait wait) -> new Step.Postpone(wish, wait);
            });
  }

  /** Channels that may have been made with a former key by a call whose answer was lost. */
  private List<String> abandoned() {
    Set<String> keys = new LinkedHashSet<>(recorded.unsettledKeys());
    wishes.wanted().forEach(wish -> keys.remove(wish.publicKey()));
    List<String> uuids = new ArrayList<>();
    for (String key : keys) {
      if (sight.unreadable().isEmpty() && !means.claims().isElsewhere(sight.device(), key)) {
        sight.withKey(key).stream().map(Channel::uuid).filter(spokenFor::add).forEach(uuids::add);
      }
    }
    return uuids;
  }
}

package doni.worker.tunelo;

import doni.enrollment.HardwareId;
import doni.worker.ConflictFinder;
import doni.worker.ConflictFinder.Conflict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which device a key, and with it a channel, belongs to. Tunelo cannot tell, so two devices with
 * one key would share a channel, or take it from each other.
 */
record Claims(ConflictFinder neighbours) {

  private static final Duration CLEANING_UP = Duration.ofSeconds(10);

  /** What keeps a device from having a channel with a key. */
  sealed interface Obstacle {
    record Taken(String reason) implements Obstacle {}

    record Leaving(Wait delay) implements Obstacle {}
  }

  Optional<Obstacle> obstacle(HardwareId asking, String key) {
    for (Conflict other : others(asking, key)) {
      boolean wants = other.wants() && !other.deleted();
      if (wants && (other.reports() || other.earlier())) {
        return Optional.of(
            new Obstacle.Taken("its public_key is already used by the device " + other.id()));
      }
      if (other.reports()) {
        return Optional.of(
            new Obstacle.Leaving(
                new Wait(
                    "the device " + other.id() + " still gives up its channel with this key",
                    CLEANING_UP)));
      }
    }
    return Optional.empty();
  }

  /** Whether a channel with that key may be another device's. */
  boolean isElsewhere(HardwareId asking, String key) {
    return others(asking, key).stream()
        .anyMatch(other -> other.reports() || (other.wants() && !other.deleted()));
  }

  private List<Conflict> others(HardwareId asking, String key) {
    Map<String, Object> channel = Map.of("public_key", key);
    return neighbours.find(
        asking,
        TuneloWorker.TYPE,
        new ConflictFinder.ConflictQuery(
            List.of(
                Map.of(Wishes.PROPERTY, Map.of(Wishes.USER, channel)),
                Map.of(Wishes.PROPERTY, Map.of(Wishes.MANAGEMENT, channel))),
            Map.of(Recorded.OWNED, List.of(channel))));
  }
}

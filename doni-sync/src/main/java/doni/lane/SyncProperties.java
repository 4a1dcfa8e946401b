package doni.lane;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the engine runs, under {@code doni.sync}.
 *
 * @param enabled false makes a replica that serves the API only and runs no lane
 * @param resyncInterval after which a device that agrees is looked at again, give or take a fifth
 * @param pollInterval how often a lane looks for due devices when nobody tells it of one
 * @param stopGrace how long a replica that is asked to stop lets its attempts go on before it
 *     interrupts them
 * @param runRetention how long a resync of many devices is remembered after it has ended
 * @param lanes by {@code <worker>.concurrency}: how many devices that worker works on at a time, on
 *     each replica. The dots of a worker's name are part of the key: {@code
 *     doni.sync.lanes.blazar.device.concurrency}
 */
@ConfigurationProperties(prefix = "doni.sync", ignoreUnknownFields = false)
@Validated
record SyncProperties(
    @DefaultValue("true") boolean enabled,
    @NotNull @DefaultValue("1h") Duration resyncInterval,
    @NotNull @DefaultValue("1s") Duration pollInterval,
    @NotNull @DefaultValue("20s") Duration stopGrace,
    @NotNull @DefaultValue("30d") Duration runRetention,
    @DefaultValue Map<String, Integer> lanes) {

  private static final String CONCURRENCY = ".concurrency";

  /** What the backends were found to take. */
  private static final Map<String, Integer> USUAL =
      Map.of(
          "fake-worker", 50,
          "k8s", 50,
          "tunelo", 10,
          "balena", 10,
          "blazar.device", 4,
          "blazar.physical_host", 4,
          "ironic", 10);

  private static final int OTHER = 10;

  SyncProperties {
    positive("resync-interval", resyncInterval);
    positive("poll-interval", pollInterval);
    positive("run-retention", runRetention);
    if (stopGrace.isNegative()) {
      throw new IllegalArgumentException("doni.sync.stop-grace: " + stopGrace + " is negative");
    }
    lanes = Map.copyOf(lanes);
    lanes.forEach(SyncProperties::checkLane);
  }

  /** Refuses settings of lanes that do not exist. */
  void checkLaneNames(Collection<String> workerTypes) {
    for (String key : lanes.keySet()) {
      boolean known =
          USUAL.keySet().stream().anyMatch(type -> isFor(key, type))
              || workerTypes.stream().anyMatch(type -> isFor(key, type));
      if (!known) {
        throw new IllegalArgumentException(
            "doni.sync.lanes.%s: there is no such lane; allowed: %s"
                .formatted(key, String.join(", ", USUAL.keySet().stream().sorted().toList())));
      }
    }
  }

  int concurrency(String workerType) {
    return lanes.entrySet().stream()
        .filter(lane -> isFor(lane.getKey(), workerType))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(USUAL.getOrDefault(workerType, OTHER));
  }

  /** An environment variable has underscores only, so these characters do not tell names apart. */
  private static boolean isFor(String key, String workerType) {
    return plain(key.substring(0, key.length() - CONCURRENCY.length())).equals(plain(workerType));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
  }

  private static void checkLane(String key, int concurrency) {
    if (!key.endsWith(CONCURRENCY)) {
      throw new IllegalArgumentException(
          "doni.sync.lanes.%s: not a setting; allowed: <worker>.concurrency".formatted(key));
    }
    if (concurrency < 1 || concurrency > 1_000) {
      throw new IllegalArgumentException(
          "doni.sync.lanes.%s: %d is not allowed; allowed: 1 to 1000".formatted(key, concurrency));
    }
  }

  private static void positive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "doni.sync.%s: %s is not allowed; allowed: more than zero".formatted(key, value));
    }
  }
}

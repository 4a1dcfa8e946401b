package doni.engine.lane;

import doni.engine.attempt.ResyncPolicy;
import doni.engine.attempt.ResyncPolicy.DriftMode;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
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
 *     each replica; by {@code <worker>.resync-interval}: another one for this lane; by {@code
 *     <worker>.drift}: {@code enforce} (as usual), {@code report} or {@code ignore}. The dots of a
 *     worker's name are part of the key: {@code doni.sync.lanes.blazar.device.concurrency}
 */
@ConfigurationProperties(prefix = "doni.sync", ignoreUnknownFields = false)
@Validated
public record EngineProperties(
    @DefaultValue("true") boolean enabled,
    @NotNull @DefaultValue("1h") Duration resyncInterval,
    @NotNull @DefaultValue("1s") Duration pollInterval,
    @NotNull @DefaultValue("20s") Duration stopGrace,
    @NotNull @DefaultValue("30d") Duration runRetention,
    @DefaultValue Map<String, String> lanes) {

  private static final String CONCURRENCY = ".concurrency";
  private static final String RESYNC_INTERVAL = ".resync-interval";
  private static final String DRIFT = ".drift";

  private static final int MOST = 1_000;

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

  public EngineProperties {
    positive("resync-interval", resyncInterval);
    positive("poll-interval", pollInterval);
    positive("run-retention", runRetention);
    if (stopGrace.isNegative()) {
      throw new IllegalArgumentException("doni.sync.stop-grace: " + stopGrace + " is negative");
    }
    lanes = Map.copyOf(lanes);
    lanes.forEach(EngineProperties::checkLane);
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
    return setting(workerType, CONCURRENCY)
        .map(Integer::parseInt)
        .orElse(USUAL.getOrDefault(workerType, OTHER));
  }

  ResyncPolicy routine(String workerType) {
    return new ResyncPolicy(
        setting(workerType, RESYNC_INTERVAL)
            .flatMap(EngineProperties::duration)
            .orElse(resyncInterval),
        setting(workerType, DRIFT).flatMap(EngineProperties::drift).orElse(DriftMode.ENFORCE));
  }

  private Optional<String> setting(String workerType, String name) {
    return lanes.entrySet().stream()
        .filter(lane -> name.equals(nameOf(lane.getKey())) && isFor(lane.getKey(), workerType))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** An environment variable has underscores only, so these characters do not tell names apart. */
  private static boolean isFor(String key, String workerType) {
    String name = nameOf(key);
    return plain(key).equals(plain(workerType) + plain(name));
  }

  /** Which of the settings a key is for; empty for none. */
  private static String nameOf(String key) {
    return Stream.of(CONCURRENCY, RESYNC_INTERVAL, DRIFT)
        .filter(name -> plain(key).endsWith(plain(name)))
        .findFirst()
        .orElse("");
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
  }

  private static void checkLane(String key, String value) {
    String allowed =
        switch (nameOf(key)) {
          case CONCURRENCY ->
              value.matches("\\d{1,4}")
                      && Integer.parseInt(value) >= 1
                      && Integer.parseInt(value) <= MOST
                  ? ""
                  : "1 to " + MOST;
          case RESYNC_INTERVAL ->
              duration(value).filter(Duration::isPositive).isPresent()
                  ? ""
                  : "a time, more than zero, like 30m";
          case DRIFT -> drift(value).isPresent() ? "" : "enforce, report, ignore";
          default ->
              throw new IllegalArgumentException(
                  "doni.sync.lanes.%s: not a setting; allowed: <worker>.concurrency, .resync-interval, .drift"
                      .formatted(key));
        };
    if (!allowed.isEmpty()) {
      throw new IllegalArgumentException(
          "doni.sync.lanes.%s: %s is not allowed; allowed: %s".formatted(key, value, allowed));
    }
  }

  private static Optional<Duration> duration(String text) {
    try {
      return Optional.of(DurationStyle.detectAndParse(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<DriftMode> drift(String text) {
    return Stream.of(DriftMode.values())
        .filter(policy -> policy.name().equalsIgnoreCase(text))
        .findFirst();
  }

  private static void positive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(
          "doni.sync.%s: %s is not allowed; allowed: more than zero".formatted(key, value));
    }
  }
}

package doni.engine.lane;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
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
 * Settings of the engine, under {@code doni.sync}.
 *
 * @param enabled whether this replica runs lanes; false makes it serve the API only
 * @param resyncInterval time until a steady device is observed again, give or take a fifth
 * @param pollInterval interval at which a lane polls for due tasks; limits how long a lost
 *     notification can delay an attempt
 * @param stopGrace time that running attempts get to end when the service stops, before they are
 *     interrupted
 * @param runRetention time for which an ended resync run is kept
 * @param lanes settings per lane. {@code <worker>.concurrency}: maximum concurrent attempts per
 *     replica; {@code <worker>.resync-interval}: overrides the interval for this lane; {@code
 *     <worker>.drift}: {@code enforce} (the default), {@code report}, {@code ignore} or {@code
 *     shadow}. The dots of a worker's name are part of the key: {@code
 *     doni.sync.lanes.blazar.device.concurrency}
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

  private static final int MAX_CONCURRENCY = 1_000;

  /** Default concurrency per lane, as the backends were measured to take. */
  private static final Map<String, Integer> DEFAULT_CONCURRENCY =
      Map.of(
          "fake-worker", 50,
          "k8s", 50,
          "tunelo", 10,
          "balena", 10,
          "blazar.device", 4,
          "blazar.physical_host", 4,
          "ironic", 10);

  private static final int OTHER_CONCURRENCY = 10;

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
          DEFAULT_CONCURRENCY.keySet().stream().anyMatch(type -> isFor(key, type))
              || workerTypes.stream().anyMatch(type -> isFor(key, type));
      if (!known) {
        throw new IllegalArgumentException(
            "doni.sync.lanes.%s: unknown lane; allowed: %s"
                .formatted(
                    key,
                    String.join(", ", DEFAULT_CONCURRENCY.keySet().stream().sorted().toList())));
      }
    }
  }

  /**
   * The settings of one lane.
   *
   * @param concurrency maximum concurrent attempts per replica
   */
  record LaneSettings(
      int concurrency, Duration pollInterval, Duration stopGrace, ResyncPolicy policy) {}

  LaneSettings lane(String workerType) {
    int concurrency =
        setting(workerType, CONCURRENCY)
            .map(Integer::parseInt)
            .orElse(DEFAULT_CONCURRENCY.getOrDefault(workerType, OTHER_CONCURRENCY));
    return new LaneSettings(concurrency, pollInterval, stopGrace, resyncPolicy(workerType));
  }

  /** Returns how the lane of a worker treats its devices. */
  public ResyncPolicy resyncPolicy(String workerType) {
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

  /** Returns the setting that a key is for; empty for none. */
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
                      && Integer.parseInt(value) <= MAX_CONCURRENCY
                  ? ""
                  : "1 to " + MAX_CONCURRENCY;
          case RESYNC_INTERVAL ->
              duration(value).filter(Duration::isPositive).isPresent()
                  ? ""
                  : "a duration above zero, such as 30m";
          case DRIFT -> drift(value).isPresent() ? "" : "enforce, report, ignore, shadow";
          default ->
              throw new IllegalArgumentException(
                  "doni.sync.lanes.%s: unknown setting; allowed: <worker>.concurrency, .resync-interval, .drift"
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

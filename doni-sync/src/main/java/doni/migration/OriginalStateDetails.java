package doni.migration;

import doni.enrollment.Secret;
import doni.worker.SharedNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Between what the original's workers left in {@code state_details} and what ours read there. The
 * names are those of the original's {@code doni/driver/worker/} and {@code doni/worker/manager.py}.
 *
 * <p>Details that neither side interprets are kept, because an owner may need them.
 */
final class OriginalStateDetails {

  /** Kept in columns here, or of no use. */
  private static final Set<String> BOOKKEEPING =
      Set.of("last_error", "defer_count", "defer_reason", "result");

  /** How long a bootstrap token's secret lives that the original has made. */
  private static final Duration TOKEN_LIFE = Duration.ofDays(7);

  private static final String LOCAL_EGRESS = "chi.edge/local_egress";

  private OriginalStateDetails() {}

  /**
   * What our worker of that type reads.
   *
   * @param token the device's bootstrap token, where it has one
   * @param secrets the device's secrets, which no detail may hold in clear
   * @param at when the original last did something about the task
   */
  static Map<String, Object> translated(
      String workerType,
      Map<String, @Nullable Object> original,
      @Nullable String token,
      Collection<String> secrets,
      @Nullable Instant at) {
    Map<String, Object> details = new LinkedHashMap<>();
    original.forEach((key, value) -> {
      if (value != null && !BOOKKEEPING.contains(key)) {
        details.put(key, value);
      }
    });
    switch (workerType) {
      case "k8s" -> k8s(details, token, at);
      case "tunelo" -> details.computeIfPresent("channels", (_, channels) -> channels(channels));
      case "balena" ->
          details.computeIfPresent(
              SharedNames.BALENA_DEVICE_KEY, (_, key) -> new Secret(key.toString()));
      case SharedNames.BLAZAR_DEVICE, "blazar.physical_host" -> blazar(details);
      default -> {
        // The worker of Ironic finds its node by the device's uuid.
      }
    }
    details.replaceAll((_, value) ->
        value instanceof String text && secrets.contains(text) ? new Secret(text) : value);
    return details;
  }

  /**
   * The token's id says that its secret was written, so that ours writes no other one; and only the
   * original's worker sets that label, so that ours may take it away.
   */
  private static void k8s(
      Map<String, Object> details, @Nullable String token, @Nullable Instant at) {
    // One of them holds a token in clear.
    details.remove("issued new token");
    details.remove("issued_new_token");
    if (!(details.get("created_token_secrets") instanceof Number created)) {
      return;
    }
    if (token != null && token.indexOf('.') > 0) {
      details.put("token_id", token.substring(0, token.indexOf('.')));
      if (created.intValue() > 0 && at != null) {
        details.put("token_expires", at.plus(TOKEN_LIFE).toString());
      }
    }
    details.put("label_keys", List.of(LOCAL_EGRESS));
  }

  /** Once only the uuid was kept of a channel. */
  private static Object channels(Object channels) {
    if (!(channels instanceof Map<?, ?> byName)) {
      return channels;
    }
    Map<Object, Object> translated = new LinkedHashMap<>();
    byName.forEach((name, channel) -> {
      if (channel instanceof String uuid) {
        translated.put(name, Map.of("uuid", uuid));
      } else if (channel != null) {
        translated.put(name, channel);
      }
    });
    return translated;
  }

  /** What a database holds whose last schema change of its own is still to come. */
  private static void blazar(Map<String, Object> details) {
    rename(details, "blazar_host_id", SharedNames.BLAZAR_RESOURCE_ID);
    rename(details, "host_created_at", "resource_created_at");
  }

  private static void rename(Map<String, Object> details, String old, String name) {
    Object value = details.remove(old);
    if (value != null) {
      details.putIfAbsent(name, value);
    }
  }

  /**
   * Whether the original's worker has cleaned up after a deleted device, as far as its details
   * prove it. That the task is steady does not: a deletion that comes while an attempt runs is lost
   * there.
   */
  static boolean proveCleanedUp(String workerType, Map<String, @Nullable Object> original) {
    return switch (workerType) {
      case "k8s" ->
          original.get("deleted_token_secrets") instanceof Number deleted && deleted.intValue() > 0;
      case "tunelo" -> isNull(original, "channels");
      case "balena" -> isNull(original, SharedNames.BALENA_DEVICE_ID);
      case SharedNames.BLAZAR_DEVICE, "blazar.physical_host" ->
          isNull(original, SharedNames.BLAZAR_RESOURCE_ID)
              || original.get("resource_deleted_at") != null;
      // Its worker ignores deletions: an operator removes the node, perhaps years later.
      case "ironic" -> true;
      default -> true;
    };
  }

  private static boolean isNull(Map<String, @Nullable Object> original, String key) {
    return original.containsKey(key) && Objects.isNull(original.get(key));
  }
}

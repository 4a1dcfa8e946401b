package doni.worker.tunelo;

import doni.worker.ReconcileContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts reported.
 *
 * @param channels what clients read, by name, as it was reported
 * @param owned the channels that are ours, with the key that each was made with
 * @param unsettledKeys keys with which a channel may have been made without our learning of it
 * @param hubLostSince since when a channel, by uuid, is seen without a peer
 * @param hubAwaitedSince since when some hub is not ready
 * @param failedCreations how many creations in a row ended in an error of Tunelo's own
 */
record Recorded(
    Map<String, Object> channels,
    Map<String, String> owned,
    Set<String> unsettledKeys,
    Map<String, Instant> hubLostSince,
    Optional<Instant> hubAwaitedSince,
    int failedCreations) {

  static final String CHANNELS = "channels";
  static final String OWNED = "owned_channels";
  static final String UNSETTLED_KEYS = "unsettled_keys";
  static final String HUB_LOST_SINCE = "hub_lost_since";
  static final String HUB_AWAITED_SINCE = "hub_awaited_since";
  static final String FAILED_CREATIONS = "failed_creations";

  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  static Recorded of(ReconcileContext attempt) {
    Map<String, Object> channels = new LinkedHashMap<>();
    map(attempt.details().get(CHANNELS))
        .forEach((name, channel) -> {
          if (uuidOf(channel).isPresent()) {
            channels.put(name, channel);
          }
        });
    return new Recorded(
        channels,
        owned(attempt),
        texts(attempt.details().get(UNSETTLED_KEYS)),
        instants(attempt.details().get(HUB_LOST_SINCE)),
        attempt.detail(HUB_AWAITED_SINCE).flatMap(Recorded::instant),
        attempt.details().get(FAILED_CREATIONS) instanceof Number number ? number.intValue() : 0);
  }

  /** The uuid recorded under that name. */
  Optional<String> uuid(String name) {
    return Optional.ofNullable(channels.get(name)).flatMap(Recorded::uuidOf);
  }

  /** Every uuid that is on record. */
  Set<String> uuids() {
    Set<String> all = new LinkedHashSet<>(owned.keySet());
    channels.values().forEach(channel -> uuidOf(channel).ifPresent(all::add));
    return all;
  }

  /** What is no uuid is never put into a URL. */
  private static Optional<String> uuidOf(Object channel) {
    return map(channel).get("uuid") instanceof String text && isUuid(text)
        ? Optional.of(text)
        : Optional.empty();
  }

  static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  private static Map<String, String> owned(ReconcileContext attempt) {
    Map<String, String> owned = new LinkedHashMap<>();
    if (attempt.details().get(OWNED) instanceof List<?> list) {
      for (Object one : list) {
        Map<String, Object> entry = map(one);
        uuidOf(entry).ifPresent(uuid -> owned.put(uuid, String.valueOf(entry.get("public_key"))));
      }
    }
    return owned;
  }

  private static Set<String> texts(@Nullable Object value) {
    Set<String> texts = new LinkedHashSet<>();
    if (value instanceof List<?> list) {
      list.forEach(text -> texts.add(String.valueOf(text)));
    }
    return texts;
  }

  private static Map<String, Instant> instants(@Nullable Object value) {
    Map<String, Instant> instants = new LinkedHashMap<>();
    map(value)
        .forEach((name, text) ->
            instant(String.valueOf(text)).ifPresent(instant -> instants.put(name, instant)));
    return instants;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }

  private static Map<String, Object> map(@Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> entries) {
      entries.forEach((key, one) -> {
        if (one != null) {
          map.put(String.valueOf(key), one);
        }
      });
    }
    return map;
  }
}

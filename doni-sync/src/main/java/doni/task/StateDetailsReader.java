package doni.task;

import doni.enrollment.ReservationWindow;
import doni.secret.SecretEncryptor;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Parses the aggregated JSON of the one statement that reads all an attempt needs. */
public final class StateDetailsReader {

  private static final TypeReference<List<List<String>>> WINDOWS = new TypeReference<>() {};
  private static final TypeReference<Map<String, Map<String, Object>>> REPORTS =
      new TypeReference<>() {};

  private StateDetailsReader() {}

  /** Windows, each as its uuid, start and end. */
  public static List<ReservationWindow> windows(JsonMapper json, @Nullable String text) {
    if (text == null) {
      return List.of();
    }
    return json.readValue(text, WINDOWS).stream()
        .map(window ->
            new ReservationWindow(
                UUID.fromString(window.get(0)),
                OffsetDateTime.parse(window.get(1)).toInstant(),
                OffsetDateTime.parse(window.get(2)).toInstant()))
        .toList();
  }

  /**
   * Returns what workers recorded, by their type. Encrypted values are left out: they are private
   * to the worker that recorded them.
   */
  public static Map<String, Map<String, Object>> followed(JsonMapper json, @Nullable String text) {
    if (text == null) {
      return Map.of();
    }
    Map<String, Map<String, Object>> reports = json.readValue(text, REPORTS);
    reports
        .values()
        .forEach(report ->
            report
                .values()
                .removeIf(value ->
                    value instanceof Map<?, ?> map
                        && map.containsKey(SecretEncryptor.ENCRYPTED_MEMBER)));
    return reports;
  }
}

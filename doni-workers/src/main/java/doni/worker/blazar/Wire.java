package doni.worker.blazar;

import doni.backend.BackendException;
import doni.openstack.ServiceResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Blazar's JSON.
 *
 * <p>Times are UTC and to the minute: {@code yyyy-MM-dd HH:mm} or {@code now} towards Blazar,
 * {@code 2026-11-23T17:46:00.000000} from it.
 */
final class Wire {

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** What is no property, or is one that others than we give the resource. */
  private static final Set<String> OUTSIDE =
      Set.of("id", "name", "hypervisor_hostname", "reservable", "created_at", "updated_at");

  private Wire() {}

  /**
   * What the answer holds under that key.
   *
   * @throws BackendException when it holds nothing there that can be read, which is as good as no
   *     answer
   */
  static <T> T read(ServiceResponse answer, String key, Function<JsonNode, T> reading) {
    JsonNode node = answer.body().path(key);
    try {
      if (node.isObject() || node.isArray()) {
        return reading.apply(node);
      }
    } catch (DateTimeException _) {
      // Falls through: an answer with a date that is none.
    }
    throw BackendException.answered(
        answer.service(),
        answer.status(),
        "the response to %s cannot be read".formatted(answer.request()),
        answer.request().isWrite(),
        null);
  }

  static <T> List<T> all(JsonNode array, Function<JsonNode, T> reading) {
    return array.valueStream().map(reading).toList();
  }

  static Resource resource(Kind kind, JsonNode node) {
    Map<String, String> properties = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> {
          if (!OUTSIDE.contains(entry.getKey()) && !entry.getValue().isNull()) {
            properties.put(entry.getKey(), entry.getValue().asString(""));
          }
        });
    return new Resource(
        text(node, "id"),
        text(node, kind == Kind.HOST ? "hypervisor_hostname" : "name"),
        node.path("reservable").asBoolean(true),
        textOrNull(node, "created_at"),
        properties);
  }

  static Lease lease(JsonNode node) {
    List<String> rules =
        node.path("reservations")
            .valueStream()
            .map(reservation -> text(reservation, "resource_properties"))
            .toList();
    return new Lease(
        text(node, "id"),
        text(node, "name"),
        text(node, "project_id"),
        state(text(node, "status")),
        instant(text(node, "start_date")),
        instant(text(node, "end_date")),
        textOrNull(node, "created_at"),
        rules);
  }

  static List<Booking> bookings(JsonNode allocations) {
    List<Booking> bookings = new ArrayList<>();
    for (JsonNode allocation : allocations) {
      for (JsonNode reservation : allocation.path("reservations")) {
        bookings.add(
            new Booking(
                text(allocation, "resource_id"),
                text(reservation, "lease_id"),
                text(reservation, "lease_name"),
                text(reservation, "project_id"),
                state(text(reservation, "status")),
                instant(text(reservation, "start_date")),
                instant(text(reservation, "end_date"))));
      }
    }
    return bookings;
  }

  static Map<String, Object> body(LeaseWish wish) {
    Map<String, @Nullable Object> reservation = new LinkedHashMap<>();
    reservation.put("resource_type", wish.kind().resourceType());
    reservation.put("min", 1);
    reservation.put("max", 1);
    reservation.put("resource_properties", "[\"==\",\"$uid\",\"%s\"]".formatted(wish.uid()));
    if (wish.kind() == Kind.HOST) {
      // The plugin reads the key and fails where it is not there.
      reservation.put("hypervisor_properties", null);
    }
    return Map.of(
        "name",
        wish.name(),
        "start_date",
        start(wish.start()),
        "end_date",
        MINUTE.format(wish.end()),
        "reservations",
        List.of(reservation));
  }

  static Map<String, Object> body(Dates dates) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (dates.start() != null) {
      body.put("start_date", start(dates.start()));
    }
    if (dates.end() != null) {
      body.put("end_date", MINUTE.format(dates.end()));
    }
    return body;
  }

  private static String start(Start start) {
    return switch (start) {
      case Start.Now _ -> "now";
      case Start.At(Instant minute) -> MINUTE.format(minute);
    };
  }

  /** Of a lease in capitals, of a reservation in small letters. */
  private static LeaseState state(String status) {
    return switch (status.toUpperCase(Locale.ROOT)) {
      case "PENDING" -> LeaseState.PENDING;
      case "ACTIVE" -> LeaseState.ACTIVE;
      case "TERMINATED", "DELETED" -> LeaseState.ENDED;
      case "ERROR" -> LeaseState.BROKEN;
      default -> LeaseState.CHANGING;
    };
  }

  private static Instant instant(String text) {
    return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES);
  }

  private static String text(JsonNode node, String key) {
    return node.path(key).asString("");
  }

  private static @Nullable String textOrNull(JsonNode node, String key) {
    String text = text(node, key);
    return text.isEmpty() ? null : text;
  }
}

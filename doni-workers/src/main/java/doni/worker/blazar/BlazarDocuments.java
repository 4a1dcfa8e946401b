package doni.worker.blazar;

import doni.backend.BackendException;
import doni.openstack.ServiceResponse;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.LeaseDates;
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
 * The JSON documents of Blazar's API.
 *
 * <p>Times are UTC, cut to the minute: {@code yyyy-MM-dd HH:mm} or {@code now} in a request, {@code
 * 2026-11-23T17:46:00.000000} in an answer.
 */
final class BlazarDocuments {

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Keys of a resource that are not properties, or that Blazar itself sets. */
  private static final Set<String> OUTSIDE =
      Set.of("id", "name", "hypervisor_hostname", "reservable", "created_at", "updated_at");

  private BlazarDocuments() {}

  /**
   * Returns what the answer contains under that key.
   *
   * @throws BackendException if it contains nothing readable there, which counts as no answer
   */
  static <T> T read(ServiceResponse answer, String key, Function<JsonNode, T> reading) {
    JsonNode node = answer.body().path(key);
    try {
      if (node.isObject() || node.isArray()) {
        return reading.apply(node);
      }
    } catch (DateTimeException _) {
      // Falls through: a date that cannot be read.
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

  static BlazarResource resource(ResourceKind kind, JsonNode node) {
    Map<String, String> properties = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> {
          if (!OUTSIDE.contains(entry.getKey()) && !entry.getValue().isNull()) {
            properties.put(entry.getKey(), entry.getValue().asString(""));
          }
        });
    return new BlazarResource(
        text(node, "id"),
        text(node, kind == ResourceKind.HOST ? "hypervisor_hostname" : "name"),
        node.path("reservable").asBoolean(true),
        textOrNull(node, "created_at"),
        properties);
  }

  static BlazarLease lease(JsonNode node) {
    List<String> rules =
        node.path("reservations")
            .valueStream()
            .map(reservation -> text(reservation, "resource_properties"))
            .toList();
    return new BlazarLease(
        text(node, "id"),
        text(node, "name"),
        text(node, "project_id"),
        state(text(node, "status")),
        instant(text(node, "start_date")),
        instant(text(node, "end_date")),
        textOrNull(node, "created_at"),
        rules);
  }

  static List<ResourceBooking> bookings(JsonNode allocations) {
    List<ResourceBooking> bookings = new ArrayList<>();
    for (JsonNode allocation : allocations) {
      for (JsonNode reservation : allocation.path("reservations")) {
        bookings.add(
            new ResourceBooking(
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

  static Map<String, Object> body(DesiredLease lease) {
    Map<String, @Nullable Object> reservation = new LinkedHashMap<>();
    reservation.put("resource_type", lease.kind().resourceType());
    reservation.put("min", 1);
    reservation.put("max", 1);
    reservation.put("resource_properties", "[\"==\",\"$uid\",\"%s\"]".formatted(lease.uid()));
    if (lease.kind() == ResourceKind.HOST) {
      // The plugin reads the key and fails if it is missing.
      reservation.put("hypervisor_properties", null);
    }
    return Map.of(
        "name",
        lease.name(),
        "start_date",
        start(lease.start()),
        "end_date",
        MINUTE.format(lease.end()),
        "reservations",
        List.of(reservation));
  }

  static Map<String, Object> body(LeaseDates dates) {
    Map<String, Object> body = new LinkedHashMap<>();
    if (dates.start() != null) {
      body.put("start_date", start(dates.start()));
    }
    if (dates.end() != null) {
      body.put("end_date", MINUTE.format(dates.end()));
    }
    return body;
  }

  private static String start(LeaseStart start) {
    return switch (start) {
      case LeaseStart.Now _ -> "now";
      case LeaseStart.At(Instant minute) -> MINUTE.format(minute);
    };
  }

  /** Reads the status of a lease, in upper case, or of a reservation, in lower case. */
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

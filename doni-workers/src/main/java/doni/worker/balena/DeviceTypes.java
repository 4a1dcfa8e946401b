package doni.worker.balena;

import doni.backend.SharedSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The numbers of the device types, which differ between installations. */
final class DeviceTypes {

  private static final Duration KEPT = Duration.ofMinutes(10);

  private final Rows rows;
  private final SharedSnapshot<Map<String, Long>> known;

  DeviceTypes(Rows rows, Clock clock) {
    this.rows = rows;
    this.known = new SharedSnapshot<>(this::load, KEPT, clock);
  }

  OptionalLong find(String slug) {
    Long id = known.recent().get(slug);
    return id == null ? byAlias(slug) : OptionalLong.of(id);
  }

  private OptionalLong byAlias(String alias) {
    var found =
        rows.of(
            "device_type?$select=id,slug&$filter=device_type_alias/any(a:a/is_referenced_by__alias eq "
                + OData.literal(alias)
                + ")");
    return found.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Rows.id(found.getFirst(), "id"));
  }

  private Map<String, Long> load() {
    Map<String, Long> ids = new HashMap<>();
    // A whole row holds a logo of many kilobytes.
    rows.of("device_type?$select=id,slug&$orderby=slug asc")
        .forEach(row -> ids.put(Rows.text(row, "slug"), Rows.id(row, "id")));
    return ids;
  }
}

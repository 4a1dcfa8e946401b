package doni.hardware;

import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailabilityReader;
import doni.hardware.HardwareRows.ListedRow;
import doni.request.RequestRefusedException;
import doni.secret.MaskedPropertyView;
import doni.secret.SecretEncryptor;
import doni.task.TaskStatusReader.TaskStatusRow;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads lists of hardware, page by page, while they are written to a client. */
@Component
class HardwareListReader {

  private final JdbcClient jdbc;
  private final HardwareReader reader;
  private final MaskedPropertyView view;
  private final SecretEncryptor encryptor;
  private final DeviceAvailabilityReader availability;

  HardwareListReader(
      JdbcClient jdbc,
      HardwareReader reader,
      MaskedPropertyView view,
      SecretEncryptor encryptor,
      DeviceAvailabilityReader availability) {
    this.jdbc = jdbc;
    this.reader = reader;
    this.view = view;
    this.encryptor = encryptor;
    this.availability = availability;
  }

  /**
   * Returns the hardware that matches a query, read while it is iterated.
   *
   * @param projectId the project; null for all projects
   * @param asExport the public view: public properties only, and no workers
   */
  Iterator<HardwareView> list(
      HardwareListQuery query, @Nullable String projectId, boolean asExport) {
    refuseUnknownProperties(query.filter(), asExport);
    return new HardwareRows(
        (after, size) -> page(HardwareQuerySql.of(query, projectId, after, size), asExport),
        query.limit(),
        marker(query));
  }

  /** Refuses a filter by a property that the list does not show, or shows masked. */
  void refuseUnknownProperties(HardwareFilter filter, boolean asExport) {
    if (filter.properties().isEmpty()) {
      return;
    }
    Set<String> allowed = view.comparable(asExport);
    List<String> unknown =
        filter.properties().keySet().stream().filter(name -> !allowed.contains(name)).toList();
    if (!unknown.isEmpty()) {
      throw new RequestRefusedException.Invalid(
          unknown.stream()
              .sorted()
              .map(name ->
                  "properties.%s: cannot be filtered by; allowed: %s"
                      .formatted(
                          name.length() <= 100 ? name : name.substring(0, 100) + "...",
                          allowed.isEmpty() ? "none" : String.join(", ", allowed)))
              .toList());
    }
  }

  private List<ListedRow> page(HardwareQuerySql selection, boolean asExport) {
    Map<PageMarker, HardwareRow> rows = new LinkedHashMap<>();
    jdbc.sql(selection.select(HardwareRow.COLUMNS))
        .params(selection.parameters())
        .query(result -> {
          HardwareRow row = HardwareRow.of(result);
          rows.put(new PageMarker(row.uuid(), result.getObject("sort_value")), row);
        });
    List<UUID> uuids =
        asExport ? List.of() : rows.values().stream().map(HardwareRow::uuid).toList();
    Map<UUID, List<TaskStatusRow>> byHardware = asExport ? Map.of() : reader.tasks(uuids);
    Map<UUID, DeviceAvailability> published = availability.of(uuids);
    List<ListedRow> page = new ArrayList<>(rows.size());
    rows.forEach((marker, row) -> {
      List<TaskStatusRow> tasksOfRow = byHardware.getOrDefault(row.uuid(), List.of());
      page.add(
          new ListedRow(
              marker,
              () ->
                  asExport
                      ? exported(row)
                      : reader.view(new StoredHardware(row, tasksOfRow, published))));
    });
    return page;
  }

  private @Nullable PageMarker marker(HardwareListQuery query) {
    if (query.marker() == null) {
      return null;
    }
    return jdbc.sql(
            "select uuid, " + query.sortKey().sql() + " as value from hardware where uuid = ?")
        .param(query.marker())
        .query(
            (row, _) -> new PageMarker(row.getObject("uuid", UUID.class), row.getObject("value")))
        .optional()
        .orElseThrow(() ->
            new RequestRefusedException.Invalid("marker: there is no hardware " + query.marker()));
  }

  private HardwareView exported(HardwareRow hardwareRow) {
    HardwareRecord stored = hardwareRow.record(encryptor);
    return new HardwareView(
        stored.id(),
        stored.name(),
        stored.projectId(),
        stored.hardwareType(),
        view.forExport(stored.hardwareType(), stored.properties()),
        stored.createdAt(),
        stored.updatedAt(),
        stored.generation(),
        null,
        List.of(),
        null,
        null,
        List.of(),
        stored.labels());
  }
}

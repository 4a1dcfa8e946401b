package doni.hardware;

import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailabilityReader;
import doni.hardware.HardwareRows.ListedRow;
import doni.request.RequestRefusedException;
import doni.secret.MaskedPropertyView;
import doni.secret.SecretEncryptor;
import doni.task.TaskStatusReader.TaskStatusRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
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
        (after, size) -> {
          HardwareQuerySql selection = HardwareQuerySql.of(query, projectId, after, size);
          return asExport ? exported(selection, size) : page(selection, size);
        },
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

  private List<ListedRow> exported(HardwareQuerySql selection, int size) {
    return jdbc.sql(selection.select(HardwareRow.COLUMNS))
        .params(selection.parameters())
        .query((result, index) -> {
          HardwareRow row = HardwareRow.of(result);
          return new ListedRow(marker(row, result, index, size), () -> exported(row));
        })
        .list();
  }

  private List<ListedRow> page(HardwareQuerySql selection, int size) {
    record PageRow(
        @Nullable PageMarker marker, HardwareRow row, @Nullable DeviceAvailability published) {}
    List<PageRow> rows =
        jdbc.sql(
                selection.select(
                    HardwareRow.COLUMNS + ", " + DeviceAvailabilityReader.COLUMNS,
                    DeviceAvailabilityReader.JOIN))
            .params(selection.parameters())
            .param(availability.blind())
            .query((result, index) -> {
              HardwareRow row = HardwareRow.of(result);
              return new PageRow(
                  marker(row, result, index, size),
                  row,
                  DeviceAvailabilityReader.published(result));
            })
            .list();
    Map<UUID, List<TaskStatusRow>> tasks =
        reader.tasks(rows.stream().map(found -> found.row().uuid()).toList());
    return rows.stream()
        .map(found ->
            new ListedRow(
                found.marker(),
                () ->
                    reader.view(
                        new StoredHardware(
                            found.row(),
                            tasks.getOrDefault(found.row().uuid(), List.of()),
                            found.published()))))
        .toList();
  }

  /** Only the last row of a full page has one: no page follows another row. */
  private static @Nullable PageMarker marker(HardwareRow row, ResultSet result, int index, int size)
      throws SQLException {
    return index == size - 1 ? new PageMarker(row.uuid(), result.getObject("sort_value")) : null;
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

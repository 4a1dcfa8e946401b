package doni.bulkimport;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of an import, as it came.
 *
 * @param line where it begins, from 1
 * @param projectId whose device it is to be; null for the caller's project
 * @param id the uuid that the device is to have; null for a new one
 * @param violations what made it unreadable; the request says nothing then
 */
public record ImportRow(
    int line,
    HardwareService.Request request,
    @Nullable String projectId,
    @Nullable HardwareId id,
    List<String> violations) {

  public ImportRow {
    violations = List.copyOf(violations);
  }
}

package doni.bulkimport;

import doni.enrollment.HardwareId;
import doni.hardware.HardwareService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of an import, as received.
 *
 * @param line the line where it begins, from 1
 * @param projectId the project of the hardware; null for the caller's project
 * @param id the uuid of the hardware; null for a new one
 * @param violations why it cannot be read; the request is empty then
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

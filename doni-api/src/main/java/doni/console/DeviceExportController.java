package doni.console;

import de.siegmar.fastcsv.writer.CsvWriter;
import doni.api.hardware.HardwareListParameters;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;

/** The devices of a list as a table for a spreadsheet, written while they are read. */
@ConsoleController
class DeviceExportController {

  private static final List<String> COLUMNS =
      List.of(
          "name",
          "uuid",
          "project_id",
          "hardware_type",
          "device_availability",
          "since",
          "workers",
          "quarantined",
          "labels",
          "created_at",
          "updated_at");

  private final HardwareService service;

  DeviceExportController(HardwareService service) {
    this.service = service;
  }

  @GetMapping(ConsolePaths.EXPORT)
  void export(
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    Map<String, String[]> parameters = new LinkedHashMap<>(DeviceListPage.parameters(request));
    parameters.remove("marker");
    HardwareService.Page devices = service.list(caller, HardwareListParameters.read(parameters));
    // Reads the first ones: a refusal can be shown as a page only before the first byte is sent.
    boolean _ = devices.hasNext();
    response.setContentType("text/csv");
    response.setCharacterEncoding(StandardCharsets.UTF_8);
    response.setHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"devices.csv\"");
    // Not closed after a failure: the table must not look complete.
    CsvWriter table = CsvWriter.builder().build(response.getWriter());
    table.writeRecord(COLUMNS);
    while (devices.hasNext()) {
      table.writeRecord(cells(devices.next()));
    }
    table.flush();
  }

  private static List<String> cells(HardwareView device) {
    return List.of(
        text(device.name()),
        device.id().toString(),
        text(device.projectId()),
        text(device.hardwareType()),
        device.availability() == null ? "" : device.availability().status().wireName(),
        device.availability() == null ? "" : device.availability().since().toString(),
        device.workers().stream()
            .map(worker -> worker.workerType() + "=" + worker.state())
            .collect(Collectors.joining(" ")),
        device.quarantine() == null ? "" : device.quarantine().since().toString(),
        text(
            device.labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(" "))),
        device.createdAt().toString(),
        device.updatedAt() == null ? "" : device.updatedAt().toString());
  }

  /**
   * Returns a text that a spreadsheet does not take for a formula (OWASP, CSV Injection): one that
   * begins as a formula does gets an apostrophe in front.
   */
  static String text(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      return "";
    }
    return "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20".indexOf(value.charAt(0)) < 0 ? value : "'" + value;
  }
}

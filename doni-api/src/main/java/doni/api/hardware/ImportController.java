package doni.api.hardware;

import doni.intake.HardwareImport;
import doni.intake.HardwareImport.Mode;
import doni.intake.ImportRow;
import doni.inventory.HardwareTypes;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
final class ImportController implements ImportApi {

  private static final String PATH = Links.HARDWARE + ":import";

  private final HardwareImport hardware;
  private final HardwareTypes types;

  ImportController(HardwareImport hardware, HardwareTypes types) {
    this.hardware = hardware;
    this.types = types;
  }

  @Override
  @PostMapping(
      path = PATH,
      consumes = {MediaType.APPLICATION_NDJSON_VALUE, "text/csv"},
      produces = MediaType.APPLICATION_JSON_VALUE)
  public ImportReportJson take(@AuthenticationPrincipal Caller caller, HttpServletRequest request)
      throws IOException {
    Query query = new Query(request.getParameterMap());
    Mode mode = query.oneOf("mode", List.of(Mode.values()), name -> name.toLowerCase(Locale.ROOT));
    boolean dryRun = query.flag("dry_run");
    query.nothingBut("mode", "dry_run");
    query.check();
    return ImportReportJson.of(
        hardware.run(caller, rows(request), mode == null ? Mode.ROW : mode, dryRun));
  }

  private List<ImportRow> rows(HttpServletRequest request) throws IOException {
    MediaType type = MediaType.parseMediaType(request.getContentType());
    return MediaType.APPLICATION_NDJSON.equalsTypeAndSubtype(type)
        ? ImportBody.jsonLines(request.getInputStream(), types)
        : ImportBody.csv(request.getInputStream(), types);
  }
}

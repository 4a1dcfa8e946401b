package doni.api.bulkimport;

import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.bulkimport.ImportRow;
import doni.bulkimport.ImportService;
import doni.bulkimport.ImportService.Mode;
import doni.hardwaretype.HardwareTypes;
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

  private static final String PATH = PageLinks.HARDWARE + ":import";

  private final ImportService hardware;
  private final HardwareTypes types;

  ImportController(ImportService hardware, HardwareTypes types) {
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
    QueryParameters query = new QueryParameters(request.getParameterMap());
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

package doni.api.bulkimport;

import doni.api.docs.Refuses;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.bulkimport.ImportRow;
import doni.bulkimport.ImportService;
import doni.bulkimport.ImportService.Mode;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "hardware")
final class ImportController {

  private static final String PATH = PageLinks.HARDWARE + ":import";

  private final ImportService hardware;
  private final HardwareTypes types;

  ImportController(ImportService hardware, HardwareTypes types) {
    this.hardware = hardware;
    this.types = types;
  }

  @Operation(
      operationId = "importHardware",
      summary = "Enroll many devices",
      description =
          "Needs hardware:create for each row, and hardware:import where a row gives the project_id of another project"
              + " or a uuid. What is there already is compared and never changed, so the same body may be sent again."
              + " At most 10000 rows and 8 MiB.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "mode",
      description = "row: each row for itself; all: none, where one is invalid or differs",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"row", "all"},
              defaultValue = "row"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "dry_run",
      description = "True: what would become of the rows, and nothing is stored",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @RequestBody(
      required = true,
      description =
          "JSON lines: on each an enrollment, with project_id and uuid where they are given. CSV: a header, and"
              + " columns name, hardware_type, project_id, uuid and properties.<name>.",
      content = {
        @Content(
            mediaType = "application/x-ndjson",
            schema = @Schema(type = "string"),
            examples =
                @ExampleObject(
                    name = "jsonLines",
                    value =
                        "{\"name\": \"edge-01\", \"hardware_type\": \"device.balena\", \"properties\":"
                            + " {\"machine_name\": \"raspberrypi4-64\", \"contact_email\": \"owner@example.org\"}}")),
        @Content(
            mediaType = "text/csv",
            schema = @Schema(type = "string"),
            examples =
                @ExampleObject(
                    name = "csv",
                    value =
                        """
                        name,hardware_type,properties.machine_name,properties.contact_email
                        edge-01,device.balena,raspberrypi4-64,owner@example.org
                        """))
      })
  @ApiResponse(
      responseCode = "200",
      description = "what became of each row; also where rows are refused")
  @Refuses({"400", "415"})
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

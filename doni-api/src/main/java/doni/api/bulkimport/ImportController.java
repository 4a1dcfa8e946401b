package doni.api.bulkimport;

import doni.api.web.ErrorStatuses;
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
import io.swagger.v3.oas.annotations.media.ArraySchema;
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
  private static final String CSV = "text/csv";

  private final ImportService hardware;
  private final HardwareTypes types;

  ImportController(ImportService hardware, HardwareTypes types) {
    this.hardware = hardware;
    this.types = types;
  }

  @Operation(
      operationId = "importHardware",
      summary = "Import devices",
      description =
          "Requires hardware:create for each row, and hardware:import if a row sets a uuid or the project_id of another"
              + " project. Devices that are already enrolled are compared, never changed, so the same body can be sent"
              + " again. The maximum is 10000 rows and 8 MiB.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "mode",
      description =
          "row: each row is stored independently; all: nothing is stored if a row is invalid or differs",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"row", "all"},
              defaultValue = "row"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "dry_run",
      description = "True: reports the result without storing anything",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @RequestBody(
      required = true,
      description =
          "UTF-8, or UTF-16 with a byte order mark. JSON: one enrollment per line or an array of enrollments,"
              + " optionally with project_id and uuid. CSV: a header line and the columns name, hardware_type,"
              + " project_id, uuid, properties.<name> and labels.<key>, separated by commas, semicolons or tabs.",
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
            mediaType = MediaType.APPLICATION_JSON_VALUE,
            array = @ArraySchema(schema = @Schema(type = "object")),
            examples =
                @ExampleObject(
                    name = "jsonArray",
                    value =
                        "[{\"name\": \"edge-01\", \"hardware_type\": \"device.balena\", \"properties\":"
                            + " {\"machine_name\": \"raspberrypi4-64\", \"contact_email\": \"owner@example.org\"}}]")),
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
  @ApiResponse(responseCode = "200", description = "the result of each row, including refused rows")
  @ErrorStatuses("415")
  @PostMapping(
      path = PATH,
      consumes = {MediaType.APPLICATION_NDJSON_VALUE, MediaType.APPLICATION_JSON_VALUE, CSV},
      produces = MediaType.APPLICATION_JSON_VALUE)
  public ImportReportJson take(@AuthenticationPrincipal Caller caller, HttpServletRequest request)
      throws IOException {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    Mode mode = query.oneOf("mode", List.of(Mode.values()), name -> name.toLowerCase(Locale.ROOT));
    boolean dryRun = query.flag("dry_run");
    query.check();
    return ImportReportJson.of(
        hardware.run(caller, rows(request), mode == null ? Mode.ROW : mode, dryRun));
  }

  private Iterable<ImportRow> rows(HttpServletRequest request) throws IOException {
    MediaType type = MediaType.parseMediaType(request.getContentType());
    return MediaType.valueOf(CSV).equalsTypeAndSubtype(type)
        ? ImportBody.csv(request.getInputStream(), types)
        : ImportBody.json(request.getInputStream(), types);
  }
}

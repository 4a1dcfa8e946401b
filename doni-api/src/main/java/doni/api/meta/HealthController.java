package doni.api.meta;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "service")
final class HealthController {

  private final DatabaseProbe database;

  HealthController(DatabaseProbe database) {
    this.database = database;
  }

  @Operation(
      operationId = "healthcheck",
      summary = "Whether the service can serve",
      description = "503 while its database does not answer. Backends of workers do not count.")
  @ApiResponse(
      responseCode = "200",
      description = "it can",
      content =
          @Content(
              mediaType = MediaType.TEXT_PLAIN_VALUE,
              schema = @Schema(type = "string"),
              examples = @ExampleObject("OK")))
  @SecurityRequirements
  @GetMapping("/healthcheck")
  ResponseEntity<String> healthcheck() {
    if (!database.answers()) {
      throw new DataAccessResourceFailureException("the database does not answer");
    }
    return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body("OK");
  }
}

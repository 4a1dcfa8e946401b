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
final class HealthCheckController {

  private final DatabaseHealthProbe database;

  HealthCheckController(DatabaseHealthProbe database) {
    this.database = database;
  }

  @Operation(
      operationId = "healthcheck",
      summary = "Check the health of the service",
      description = "503 while the database is unavailable. Backends of workers are not checked.")
  @ApiResponse(
      responseCode = "200",
      description = "the service is healthy",
      content =
          @Content(
              mediaType = MediaType.TEXT_PLAIN_VALUE,
              schema = @Schema(type = "string"),
              examples = @ExampleObject("OK")))
  @SecurityRequirements
  @GetMapping("/healthcheck")
  ResponseEntity<String> healthcheck() {
    if (!database.acceptsWrites()) {
      throw new DataAccessResourceFailureException("database unavailable");
    }
    return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body("OK");
  }
}

package doni.api.meta;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "service")
final class ApiVersionController {

  private static final VersionDocument DOCUMENT =
      new VersionDocument(
          "OpenStack Doni API",
          "Doni is an OpenStack project for managing hardware enrollment and availability.",
          List.of("1.0"),
          "1.0");

  /** The version document; its texts are part of the contract. */
  @Schema(
      name = "Version",
      requiredProperties = {"name", "description", "versions", "default_version"})
  record VersionDocument(
      @Schema(example = "OpenStack Doni API") String name,
      @Schema(
              example =
                  "Doni is an OpenStack project for managing hardware enrollment and availability.")
          String description,
      @Schema(example = "[\"1.0\"]") List<String> versions,
      @JsonProperty("default_version") @Schema(example = "1.0") String defaultVersion) {}

  @Operation(operationId = "version", summary = "Show the API versions")
  @ApiResponse(responseCode = "200", description = "the version document")
  @SecurityRequirements
  @GetMapping(path = "/", produces = MediaType.APPLICATION_JSON_VALUE)
  VersionDocument version() {
    return DOCUMENT;
  }
}

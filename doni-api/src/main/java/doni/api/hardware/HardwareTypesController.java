package doni.api.hardware;

import doni.hardwaretype.HardwareTypes;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "hardware types")
final class HardwareTypesController {

  private final HardwareTypes types;

  HardwareTypesController(HardwareTypes types) {
    this.types = types;
  }

  @Operation(
      operationId = "listHardwareTypes",
      summary = "List the enabled hardware types, their workers and their properties")
  @ApiResponse(responseCode = "200", description = "the types in configuration order")
  @GetMapping(path = "/v1/hardware-types", produces = MediaType.APPLICATION_JSON_VALUE)
  public HardwareTypesJson all() {
    return HardwareTypesJson.of(types);
  }
}

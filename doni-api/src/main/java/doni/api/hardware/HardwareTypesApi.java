package doni.api.hardware;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

/** Describes {@link HardwareTypesController}. */
@Tag(name = "hardware types")
interface HardwareTypesApi {

  @Operation(
      operationId = "listHardwareTypes",
      summary = "The enabled hardware types, their workers and their properties")
  @ApiResponse(responseCode = "200", description = "in the order of the configuration")
  HardwareTypesJson all();
}

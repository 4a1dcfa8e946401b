package doni.api.hardware;

import doni.api.docs.Refuses;
import doni.api.web.RefParameter;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;

/** Describes {@link PlanController}. */
@Tag(name = "hardware")
interface PlanApi {

  @Operation(
      operationId = "planHardware",
      summary = "What each worker would write for a device now, without writing it",
      description =
          "Needs hardware:get. Backends are read, for 20 s at most, and nothing is written or counted. A worker"
              + " may trust a listing that is some seconds old, as in a scheduled look. A deleted device that is"
              + " being cleaned up is found by its uuid. A replica that runs no lanes says so as the reason.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "the plan of each worker that has a task for it")
  @Refuses({"403", "404"})
  PlanJson plan(@Parameter(hidden = true) Caller caller, String ref);
}

package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.hardware.HardwarePlanJson.WorkerPlanJson;
import doni.api.web.ErrorStatuses;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.WireTime;
import doni.hardware.FleetPlan;
import doni.hardware.FleetPlan.NamedPlan;
import doni.hardware.FleetPlan.WorkerTotal;
import doni.hardware.HardwarePlanService;
import doni.policy.Caller;
import doni.worker.Change.Action;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Plans the devices of a list, in a response that is written while they are planned. */
@RestController
@RequestMapping(path = PageLinks.PLAN, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class FleetPlanController {

  /** The plans of a page; the totals and the link depend on them, so they come after. */
  @JsonPropertyOrder({"plans", "summary", "links"})
  record FleetPlanJson(
      Iterator<DevicePlanJson> plans,
      Iterator<WorkerTotalJson> summary,
      Iterator<PageLinkJson> links) {}

  /** Describes the response; OpenAPI does not know iterators. */
  @Schema(
      name = "FleetPlan",
      description = "One page of plans, their totals by worker, and a link to the next page.",
      requiredProperties = {"plans", "summary", "links"})
  record FleetPlanDoc(
      List<DevicePlanJson> plans, List<WorkerTotalJson> summary, List<PageLinkJson> links) {}

  /** What each worker of one device of many would write now. */
  @Schema(
      name = "DevicePlan",
      requiredProperties = {"hardware_uuid", "name", "workers"})
  @JsonPropertyOrder({"hardware_uuid", "name", "deleted_at", "workers"})
  record DevicePlanJson(
      @JsonProperty("hardware_uuid") UUID hardware,
      @Schema(example = "edge-01") String name,
      @JsonProperty("deleted_at")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              types = {"string", "null"},
              description = "Only of a deleted device that is still being cleaned up.",
              example = "2031-03-05T12:00:00+00:00")
          @Nullable String deletedAt,
      List<WorkerPlanJson> workers) {

    static DevicePlanJson of(NamedPlan named) {
      return new DevicePlanJson(
          named.plan().hardware().value(),
          named.name(),
          WireTime.orNull(named.plan().deletedAt()),
          HardwarePlanJson.workers(named.plan()));
    }
  }

  /** What a worker would do for the devices of this page. */
  @Schema(
      name = "WorkerPlanTotal",
      requiredProperties = {"worker_type", "create", "update", "delete", "unchanged", "unknown"})
  @JsonPropertyOrder({
    "worker_type",
    "drift_mode",
    "create",
    "update",
    "delete",
    "unchanged",
    "unknown"
  })
  record WorkerTotalJson(
      @JsonProperty("worker_type") @Schema(example = "k8s") String workerType,
      @JsonProperty("drift_mode")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              allowableValues = "shadow",
              description = "Only of a lane in shadow: it reports the changes, and writes none.")
          @Nullable String driftMode,
      @Schema(description = "number of objects to create", example = "3") long create,
      @Schema(description = "number of values to change", example = "1") long update,
      @Schema(description = "number of objects to delete", example = "0") long delete,
      @Schema(description = "number of devices without a change", example = "38") long unchanged,
      @Schema(
              description =
                  "number of devices without a plan, by reason; beyond 20 reasons, under other reasons",
              example = "{\"circuit open: kubernetes\": 2}")
          Map<String, Long> unknown) {

    static WorkerTotalJson of(WorkerTotal total) {
      return new WorkerTotalJson(
          total.workerType(),
          HardwarePlanJson.driftMode(total.shadow()),
          total.changes(Action.CREATE),
          total.changes(Action.UPDATE),
          total.changes(Action.DELETE),
          total.unchanged(),
          total.unknown());
    }
  }

  private final HardwarePlanService service;

  FleetPlanController(HardwarePlanService service) {
    this.service = service;
  }

  @Operation(
      operationId = "planAllHardware",
      summary = "Plan what each worker would write for the devices of a list now",
      description =
          "Requires hardware:get; all_projects requires it for every project. The filters, the order and the"
              + " pages are those of the list of devices. Doni reads backends for at most 20 s for each device,"
              + " a few devices at a time, writes nothing and counts no attempt. Steady devices are planned from"
              + " listings of the whole site where the worker has one. The response is sent while the devices"
              + " are planned; one that fails is cut off before its end.")
  @ApiResponse(
      responseCode = "200",
      description = "the plans of one page, oldest device first by default, and their totals",
      content = @Content(schema = @Schema(implementation = FleetPlanDoc.class)))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: plans the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "deleted",
      description =
          "True: plans the deleted devices that are still being cleaned up, and no others",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "device_availability",
      description = "only devices with this availability",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"online", "degraded", "offline", "never_seen"}))
  @HardwareListParametersDoc
  @HardwareFilterParametersDoc
  @ErrorStatuses("403")
  @GetMapping
  public FleetPlanJson plan(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    FleetPlan plan =
        service.planAll(caller, HardwareListParameters.read(request.getParameterMap()));
    return new FleetPlanJson(
        each(plan, DevicePlanJson::of),
        Stream.of(plan)
            .flatMap(ended -> ended.totals().stream())
            .map(WorkerTotalJson::of)
            .iterator(),
        next(request, plan));
  }

  private static <S, T> Iterator<T> each(Iterator<S> elements, Function<S, T> json) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public T next() {
        return json.apply(elements.next());
      }
    };
  }

  /** Asks the plan for its end only when the devices have been written. */
  private static Iterator<PageLinkJson> next(HttpServletRequest request, FleetPlan plan) {
    return Stream.of(plan)
        .flatMap(written -> written.nextMarker().stream())
        .map(marker -> HardwareListParameters.after(request.getParameterMap(), marker.toString()))
        .map(query -> PageLinks.next(request, PageLinks.PLAN, query))
        .iterator();
  }
}
